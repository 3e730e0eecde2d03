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
    refill(now);
    if (left <= 0) {
      return false;
    }
    left--;
    return true;
  }

  /**
   * Takes tokens for what is done already, if it must be more than are left.
   *
   * @param tokens 0 or more
   * @param now in nanoseconds, never less than before
   */
  void spend(long tokens, long now) {
    refill(now);
    left -= tokens;
  }

  /**
   * How long it takes until nothing is owed.
   *
   * @param now in nanoseconds, never less than before
   * @return in nanoseconds, 0 if nothing is
   */
  long debt(long now) {
    refill(now);
    return left < 0 ? -left * (SECOND / perSecond) : 0;
  }

  private void refill(long now) {
    long elapsed = now - refilled;
    long interval = SECOND / perSecond;
    long added = elapsed / interval;
    if (added > 0) {
      left = Math.min(burst, left + added);
      refilled += added * interval;
    }
  }
}
