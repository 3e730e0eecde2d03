package org.bitcoinmultiplexer.budget;

/**
 * How much of something may be used at once, and per second from then on.
 *
 * <p>It may be overdrawn: what has been done already is charged though it was more than was left,
 * and what was overdrawn has to come back first. Not safe for use by several threads at once.
 */
final class TokenBucket {

  private static final long SECOND = 1_000_000_000L;

  private final long burst;
  private final long perSecond;
  private long left;
  private long refilled;

  /**
   * A full bucket.
   *
   * @param burst how much at once, at least 1
   * @param perSecond how much comes back each second, until it is full; 1 to 1,000,000,000
   * @param now in nanoseconds
   */
  TokenBucket(long burst, long perSecond, long now) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.left = burst;
    this.refilled = now;
  }

  /** Whether anything is left. */
  boolean hasAny(long now) {
    refill(now);
    return left > 0;
  }

  /** Whether half of it, or more, is left. */
  boolean isHalfFull(long now) {
    refill(now);
    return left >= burst / 2;
  }

  /** Takes tokens, if it must be more than are left. */
  void spend(long tokens, long now) {
    refill(now);
    left -= tokens;
  }

  /** How many nanoseconds it takes until nothing is owed; 0 if nothing is. */
  long debt(long now) {
    refill(now);
    return left < 0 ? (long) Math.ceil(-left * ((double) SECOND / perSecond)) : 0;
  }

  /** Time that is worth no whole token yet is not lost. */
  private void refill(long now) {
    long elapsed = now - refilled;
    if (elapsed <= 0) {
      return; // another thread read the clock later and was faster
    }
    double missing = (double) (burst - left) * SECOND / perSecond;
    if (elapsed >= missing) {
      left = burst;
      refilled = now;
      return;
    }
    long added = (long) (elapsed * ((double) perSecond / SECOND));
    if (added > 0) {
      left += added;
      refilled += (long) (added * ((double) SECOND / perSecond));
    }
  }
}
