package org.bitcoinmultiplexer.bitcoin.sequence;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a numbered request.
 *
 * <pre>
 *   OPEN ──accept──► HOLDING ──flush──► OPEN;   either ──end, fail──► ENDED
 * </pre>
 */
final class NumberedAnswer implements SequenceAnswer {

  private final long id;
  private final Consumer<? super Message> out;
  private final Runnable ended;
  private @Nullable Message held;
  private boolean over;

  /**
   * An answer of which nothing is known.
   *
   * @param ended the id is free again; called before the end is sent, behind which it may be reused
   */
  NumberedAnswer(long id, Consumer<? super Message> out, Runnable ended) {
    this.id = id;
    this.out = out;
    this.ended = ended;
  }

  @Override
  public boolean isNumbered() {
    return true;
  }

  @Override
  public void accept(Message part) {
    refuseAfterEnd();
    flush();
    held = part;
  }

  @Override
  public void flush() {
    send(Sequence.Kind.PART);
  }

  @Override
  public void end() {
    over();
    if (held != null) {
      send(Sequence.Kind.LAST);
    } else {
      out.accept(Sequence.message(id, Sequence.Kind.END));
    }
  }

  @Override
  public void fail() {
    over();
    flush();
    out.accept(Sequence.message(id, Sequence.Kind.FAILED));
  }

  private void send(Sequence.Kind kind) {
    Message part = held;
    if (part != null) {
      held = null;
      out.accept(Sequence.message(id, kind));
      out.accept(part);
    }
  }

  private void over() {
    refuseAfterEnd();
    over = true;
    ended.run();
  }

  private void refuseAfterEnd() {
    if (over) {
      throw new IllegalStateException("the answer " + Long.toUnsignedString(id) + " is over");
    }
  }
}
