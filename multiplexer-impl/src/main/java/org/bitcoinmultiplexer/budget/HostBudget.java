package org.bitcoinmultiplexer.budget;

import org.jspecify.annotations.Nullable;

/**
 * What one host may still take.
 *
 * <p><b>Rates.</b> A host is held up by its own budget, and by the ceiling for all hosts only if it
 * has used more than half of its own: so whoever uses little never waits for those who use much.
 *
 * <p><b>Holdings.</b> A host may hold as much as is left for everybody (a dynamic threshold): one
 * alone half of the ceiling, and of ten that want all they can get, each a tenth, while another
 * tenth stays free for whoever comes next. A small amount is always granted.
 *
 * <p>Safe for use by any number of threads.
 */
@SuppressWarnings("EnumOrdinal") // indexes of arrays that are made of the values, for each message
public final class HostBudget implements AutoCloseable {

  /**
   * So many bytes a host may hold in any case, whatever others hold: a few small messages, so that
   * nobody's pings, headers or payments wait.
   */
  public static final long SMALL = 64 * 1024;

  private static final Rate[] RATES = Rate.values();

  private final HostBudgets all;
  private final String key; // empty for one who counts alone
  private final @Nullable TokenBucket[] buckets =
      new TokenBucket[RATES.length]; // made on first use
  private final long[] held = new long[Holding.values().length];
  int users; // guarded by all

  HostBudget(HostBudgets all, String key) {
    this.all = all;
    this.key = key;
  }

  /** Whose budget it is; empty for a client that counts alone. */
  String key() {
    return key;
  }

  /**
   * Whether it is a client's on this machine or in this process, who counts alone.
   *
   * @return false for one that all connections from a host share
   */
  public boolean isLocal() {
    return key.isEmpty();
  }

  // ---- rates

  /**
   * Uses something, if some of it is left. The last may be more than there was.
   *
   * @param what is used
   * @param amount how much, 0 or more
   * @return false if nothing is left, which is counted
   */
  public synchronized boolean take(Rate what, long amount) {
    long now = all.nanoTime();
    TokenBucket mine = bucket(what, now);
    if (!mine.hasAny(now) || (!mine.isHalfFull(now) && all.debt(what, now) > 0)) {
      all.refused(what);
      return false;
    }
    mine.spend(amount, now);
    all.spend(what, amount, now);
    return true;
  }

  /**
   * Charges for what has been done, if it must be more than was left.
   *
   * @param what was used
   * @param amount how much; negative if more had been charged than was used
   */
  public synchronized void spend(Rate what, long amount) {
    long now = all.nanoTime();
    bucket(what, now).spend(amount, now);
    all.spend(what, amount, now);
  }

  /**
   * How long this host should wait before it uses more of something.
   *
   * @param what is to be used
   * @return in nanoseconds; 0 if it need not wait. More than that is counted as a delay
   */
  public synchronized long delay(Rate what) {
    long now = all.nanoTime();
    TokenBucket mine = bucket(what, now);
    long delay = mine.debt(now);
    if (!mine.isHalfFull(now)) {
      delay = Math.max(delay, all.debt(what, now));
    }
    if (delay > 0) {
      all.delayed(what);
    }
    return delay;
  }

  private TokenBucket bucket(Rate what, long now) {
    TokenBucket bucket = buckets[what.ordinal()];
    if (bucket == null) {
      bucket = new TokenBucket(what.burst, what.perSecond, now);
      buckets[what.ordinal()] = bucket;
    }
    return bucket;
  }

  // ---- holdings

  /**
   * Holds more, if the host may.
   *
   * @param what is held
   * @param bytes 0 or more
   * @return whether they are held now, to be {@linkplain #release released}; if not, that is
   *     counted as a delay
   */
  public synchronized boolean reserve(Holding what, long bytes) {
    if (!hasRoom(what, bytes)) {
      all.delayed(what);
      return false;
    }
    hold(what, bytes);
    return true;
  }

  /**
   * Whether the host may hold more.
   *
   * @param what is to be held
   * @param bytes how much more, 0 or more
   * @return as of now
   */
  public synchronized boolean hasRoom(Holding what, long bytes) {
    long wanted = held[what.ordinal()] + bytes;
    return wanted <= SMALL || wanted <= all.left(what);
  }

  /**
   * Whether the host may hold more, of which nobody can say yet how much it will be.
   *
   * @param what is to be held
   * @return as of now; that it may not is counted as a delay
   */
  public synchronized boolean isRoomy(Holding what) {
    boolean roomy = held[what.ordinal()] + SMALL < all.left(what);
    if (!roomy) {
      all.delayed(what);
    }
    return roomy;
  }

  /**
   * Holds more whether or not the host may, since it is there already.
   *
   * @param what is held
   * @param bytes how much more; negative to release
   */
  public synchronized void hold(Holding what, long bytes) {
    held[what.ordinal()] += bytes;
    all.hold(what, bytes);
  }

  /**
   * Holds less.
   *
   * @param what was held
   * @param bytes how much less, 0 or more
   */
  public void release(Holding what, long bytes) {
    hold(what, -bytes);
  }

  /**
   * How much the host holds.
   *
   * @param what is held
   * @return in bytes
   */
  public synchronized long held(Holding what) {
    return held[what.ordinal()];
  }

  /** One who asked for the budget needs it no more. To be called once for each {@code open}. */
  @Override
  public void close() {
    all.close(this);
  }
}
