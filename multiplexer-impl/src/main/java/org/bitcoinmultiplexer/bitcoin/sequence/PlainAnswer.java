package org.bitcoinmultiplexer.bitcoin.sequence;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;

/** The answer to a request without a number: whatever it is given goes out as it is. */
record PlainAnswer(Consumer<? super Message> out) implements SequenceAnswer {

  @Override
  public boolean isNumbered() {
    return false;
  }

  @Override
  public void accept(Message part) {
    out.accept(part);
  }

  @Override
  public void flush() {
    // Nothing is held back.
  }

  @Override
  public void end() {
    // The protocol has no word for it.
  }

  @Override
  public void fail() {
    // The protocol has no word for it.
  }
}
