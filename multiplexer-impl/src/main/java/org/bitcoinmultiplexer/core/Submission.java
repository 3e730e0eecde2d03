package org.bitcoinmultiplexer.core;

import com.google.common.primitives.Longs;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;

/**
 * Something that is handed in upstream. For a correlator it is a request to which nothing is an
 * answer, so that the marker behind it ends it.
 *
 * <p>Confined to the engine's loop.
 */
final class Submission extends Waiter {

  /** The kind of keys that no answer has. */
  private static final int UNANSWERED = 0;

  private final EngineContext.Receipt receipt;
  private long took;

  private Submission(EngineContext.Receipt receipt) {
    this.receipt = receipt;
  }

  /**
   * What waits for its turn: with a key, because it need not wait for requests that have none.
   *
   * @param number of no other submission
   */
  static SharedRequest lead(
      Message message, long number, RequestQueue.Source source, EngineContext.Receipt receipt) {
    Submission submission = new Submission(receipt);
    Key key = Key.of(UNANSWERED, Longs.toByteArray(number));
    SharedRequest lead =
        new SharedRequest(message, Set.of(key), submission, message.size(), source);
    lead.join(submission);
    return lead;
  }

  /** Upstream has dealt with it, for which it needed so many nanoseconds. */
  void took(long nanos) {
    took = nanos;
  }

  @Override
  void settled(Outcome outcome) {
    if (outcome instanceof Outcome.Failed) {
      receipt.lost();
    } else {
      receipt.processed(took);
    }
  }
}
