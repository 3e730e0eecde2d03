package org.bitcoinmultiplexer.core;

import com.google.common.primitives.Longs;
import java.util.Optional;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.api.Waiter;

/**
 * Something that is handed in upstream. For a router it is a request to which nothing is an answer,
 * so that the marker behind it ends it.
 *
 * <p>Confined to the engine's loop.
 */
final class Submission implements Waiter {

  /** The kind of keys that no answer has. */
  private static final int UNANSWERED = 0;

  private final RequestQueue.Source source;
  private final EngineContext.Receipt receipt;
  private long took;

  Submission(RequestQueue.Source source, EngineContext.Receipt receipt) {
    this.source = source;
    this.receipt = receipt;
  }

  /**
   * What waits for its turn: with a key, because it need not wait for requests that have none.
   *
   * @param number of no other submission
   */
  static Request request(Message message, long number) {
    Key key = Key.of(UNANSWERED, Longs.toByteArray(number));
    return new Request(message, Set.of(key), message.size(), Optional.empty());
  }

  @Override
  public RequestSource source() {
    return source;
  }

  /** Upstream has dealt with it, for which it needed so many nanoseconds. */
  void took(long nanos) {
    took = nanos;
  }

  @Override
  public void settled(Outcome outcome) {
    if (outcome instanceof Outcome.Failed) {
      receipt.lost();
    } else {
      receipt.processed(took);
    }
  }
}
