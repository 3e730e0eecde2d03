package org.bitcoinmultiplexer.bitcoin.session;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceAnswer;
import org.bitcoinmultiplexer.core.Batch;
import org.jspecify.annotations.Nullable;

/**
 * A numbered request: rendered as it is without a number, into the answer that puts the number on
 * it and tells where it ends.
 *
 * <p>Only of an item that failed nothing is rendered. A client without numbers has to be told
 * something, and is told that there is none; here it can be told the truth, and the client may be a
 * multiplexer that would tell it on.
 */
final class NumberedBatch implements Batch {

  private final Batch batch;
  private final SequenceAnswer answer;
  private boolean failed;

  NumberedBatch(Batch batch, SequenceAnswer answer) {
    this.batch = batch;
    this.answer = answer;
  }

  @Override
  public int size() {
    return batch.size();
  }

  @Override
  public boolean grows() {
    return !failed && batch.grows();
  }

  @Override
  public @Nullable Outcome local(int item) {
    return batch.local(item);
  }

  @Override
  public Message request(int item) {
    return batch.request(item);
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    throw new IllegalStateException("delivered in parts only");
  }

  @Override
  public boolean deliverPart(int item, Outcome outcome, Consumer<? super Message> client) {
    if (outcome instanceof Outcome.Failed) {
      failed = true;
    } else if (!batch.deliverPart(item, outcome, answer)) {
      return false;
    }
    if (item + 1 < size()) {
      answer.flush(); // the next item may take its time
    }
    return true;
  }

  @Override
  public boolean canFail(int item) {
    return true;
  }

  @Override
  public void end(Consumer<? super Message> client) {
    batch.end(answer);
    if (failed) {
      answer.fail();
    } else {
      answer.end();
    }
  }
}
