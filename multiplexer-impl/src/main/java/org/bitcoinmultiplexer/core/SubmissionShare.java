package org.bitcoinmultiplexer.core;

/**
 * What of the window may be taken by what is handed in, and how long upstream needs for it.
 *
 * <p>What a node needs for a transaction nobody can tell beforehand: a microsecond for each byte or
 * a hundred. Whatever stands behind it waits that long. So little is in flight at a time: of small
 * ones a few, so that a distant node is kept busy, but a large one alone. Confined to the engine's
 * loop.
 */
final class SubmissionShare {

  /** So many bytes are in flight, or one submission. */
  static final long MOST_BYTES = 100_000;

  static final int MOST_ITEMS = 16;

  private int items;
  private long bytes;
  private long roundTrip = Long.MAX_VALUE;
  private long heard;

  /** Whether another may be handed in. */
  boolean hasRoom(long weight) {
    return items == 0 || (items < MOST_ITEMS && bytes + weight <= MOST_BYTES);
  }

  /** One is handed in. */
  void take(long weight) {
    items++;
    bytes += weight;
  }

  /** Upstream said something that belongs to an exchange, after all that ended by it has ended. */
  void heard(long now) {
    heard = now;
  }

  /** An exchange has ended; how long upstream needed for it, the way there and back left out. */
  long ended(RequestAttempt exchange, long now) {
    long since = exchange.admitted();
    roundTrip = Math.min(roundTrip, now - since);
    if (exchange.dispatched.isSubmission()) {
      items--;
      bytes -= exchange.weight();
    }
    return heard > since ? now - heard : now - since - roundTrip;
  }

  /** There is another connection: nothing is in flight, and nothing is known of it. */
  void clear() {
    items = 0;
    bytes = 0;
    roundTrip = Long.MAX_VALUE;
  }
}
