package org.bitcoinmultiplexer.bitcoin.session;

/**
 * A token bucket: how much of something a client may do at once, and per second from then on.
 * Confined to the session's loop.
 */
final class Allowance {

  private static final long SECOND = 1_000_000_000L;

  private final int burst;
  private final int perSecond;
  private long left;
  private long refilled;

  /**
   * A full bucket.
   *
   * @param burst how much at once, at least 1
   * @param perSecond how much is added each second, until it is full
   * @param now in nanoseconds
   */
  Allowance(int burst, int perSecond, long now) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.left = burst;
    this.refilled = now;
  }

  /**
   * Takes one token.
   *
   * @param now in nanoseconds, never less than before
   * @return false if none is left
   */
  boolean take(long now) {
    long elapsed = now - refilled;
    long interval = SECOND / perSecond;
    long added = elapsed / interval;
    if (added > 0) {
      left = Math.min(burst, left + added);
      refilled += added * interval;
    }
    if (left == 0) {
      return false;
    }
    left--;
    return true;
  }
}
