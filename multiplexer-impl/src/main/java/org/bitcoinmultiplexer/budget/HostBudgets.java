package org.bitcoinmultiplexer.budget;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * The budgets of all hosts, and the ceilings for all of them together.
 *
 * <p>A host is remembered while it is connected, and afterwards until {@value #MOST_REMEMBERED}
 * others have gone after it: then whoever went first is forgotten first, whose budget has had the
 * most time to fill up again. So what is kept here has a bound, some 2 MB beside the clients.
 *
 * <p>Safe for use by any number of threads.
 */
@SuppressWarnings("EnumOrdinal") // indexes of arrays that are made of the values, for each message
public final class HostBudgets {

  /** So many hosts are remembered that are not connected. */
  static final int MOST_REMEMBERED = 4_096;

  private final LongSupplier nanoTime;

  private final TokenBucket[] ofAll = new TokenBucket[Rate.values().length]; // each its own lock
  private final LongAdder[] delays = new LongAdder[ofAll.length];
  private final LongAdder[] refusals = new LongAdder[ofAll.length];
  private final AtomicLong[] left = new AtomicLong[Holding.values().length];
  private final LongAdder[] waits = new LongAdder[left.length];

  private final Map<String, HostBudget> connected = new HashMap<>();
  private final Map<String, HostBudget> gone = new LinkedHashMap<>();

  /**
   * Budgets of which nothing was used.
   *
   * @param nanoTime the time, as {@link System#nanoTime()}
   * @param bytes what all hosts together may hold of everything
   * @param counters gives a counter
   */
  public HostBudgets(LongSupplier nanoTime, long bytes, Function<Counter, LongAdder> counters) {
    this.nanoTime = nanoTime;
    long now = nanoTime.getAsLong();
    for (Rate rate : Rate.values()) {
      int i = rate.ordinal();
      ofAll[i] = new TokenBucket(rate.burstOfAll, rate.perSecondOfAll, now);
      delays[i] = counters.apply(rate.delayed);
      refusals[i] = counters.apply(rate.refused);
    }
    for (Holding holding : Holding.values()) {
      int i = holding.ordinal();
      left[i] = new AtomicLong(holding.ceiling(bytes));
      waits[i] = counters.apply(holding.delayed);
    }
  }

  /**
   * How much all hosts together may hold by default: a quarter of what the heap may become. With
   * what has other bounds that leaves room in the heap of a machine of 4 GB for a thousand clients
   * at their worst; {@code .github/MEMORY.md} in the repository has the sum.
   *
   * @return in bytes
   */
  public static long defaultBytes() {
    return defaultBytes(Runtime.getRuntime().maxMemory());
  }

  /**
   * As above.
   *
   * @param heap what the heap may become, in bytes
   * @return in bytes
   */
  public static long defaultBytes(long heap) {
    return heap / 4;
  }

  /**
   * The budget of a peer's host, for as long as the peer is connected.
   *
   * @param remote as its transport says it
   * @return to be {@linkplain HostBudget#close closed}; the same to all peers of one host, and a
   *     new one to each that counts alone
   */
  public HostBudget open(String remote) {
    return openKey(Hosts.key(remote));
  }

  private HostBudget openKey(String key) {
    if (key.isEmpty()) {
      return new HostBudget(this, key);
    }
    synchronized (this) {
      HostBudget budget = connected.get(key);
      if (budget == null) {
        budget = gone.remove(key);
        if (budget == null) {
          budget = new HostBudget(this, key);
        }
        connected.put(key, budget);
      }
      budget.users++;
      return budget;
    }
  }

  void close(HostBudget budget) {
    if (budget.isLocal()) {
      return;
    }
    synchronized (this) {
      if (--budget.users > 0) {
        return;
      }
      connected.remove(budget.key());
      gone.put(budget.key(), budget);
      if (gone.size() > MOST_REMEMBERED) {
        Iterator<HostBudget> first = gone.values().iterator();
        first.next();
        first.remove();
      }
    }
  }

  /**
   * How many hosts are known.
   *
   * @return connected ones, and those that are remembered
   */
  public synchronized int size() {
    return connected.size() + gone.size();
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  void spend(Rate what, long amount, long now) {
    TokenBucket bucket = ofAll[what.ordinal()];
    synchronized (bucket) {
      bucket.spend(amount, now);
    }
  }

  long debt(Rate what, long now) {
    TokenBucket bucket = ofAll[what.ordinal()];
    synchronized (bucket) {
      return bucket.debt(now);
    }
  }

  void hold(Holding what, long bytes) {
    left[what.ordinal()].addAndGet(-bytes);
  }

  /** What nobody holds; negative if more is held than should be. */
  long left(Holding what) {
    return left[what.ordinal()].get();
  }

  void delayed(Rate what) {
    delays[what.ordinal()].increment();
  }

  void delayed(Holding what) {
    waits[what.ordinal()].increment();
  }

  void refused(Rate what) {
    refusals[what.ordinal()].increment();
  }
}
