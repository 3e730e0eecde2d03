package org.bitcoinmultiplexer.bitcoin.sequence;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;

/**
 * Takes the answer to one request, and puts its number on it if it has one.
 *
 * <p>Ended exactly once, by {@link #end} or {@link #fail}; nothing is taken afterwards. Of a
 * numbered answer one message is held back until it is known whether another follows, so that the
 * last can be marked; {@link #flush} lets it go. Confined as its {@link SequenceResponder}.
 */
public sealed interface SequenceAnswer extends Consumer<Message>
    permits NumberedAnswer, PlainAnswer {

  /**
   * The answer to any request of a requester that has not agreed to numbers.
   *
   * @param out sends to the requester, in order
   * @return good for any number of requests, because their ends are not told
   */
  static SequenceAnswer plain(Consumer<? super Message> out) {
    return new PlainAnswer(out);
  }

  /**
   * Whether the request had a number.
   *
   * @return false if it is answered as ever, in which case its end is not told
   */
  boolean isNumbered();

  /**
   * A message of the answer.
   *
   * @param part the next message, in order
   * @throws IllegalStateException after the end
   */
  @Override
  void accept(Message part);

  /** More may follow, but not now: sends what is held back. */
  void flush();

  /** The answer is over; if nothing was given to it, there is none. */
  void end();

  /** What is missing of the answer could not be found out. What was given to it stands. */
  void fail();
}
