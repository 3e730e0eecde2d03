package org.bitcoinmultiplexer.core;

import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * The values of all counters. Safe on any thread; on a hot path keep the adder that {@link
 * #counter} returns.
 */
public final class Counters {

  private final Map<Counter, LongAdder> adders = new EnumMap<>(Counter.class);

  /** All at 0. */
  public Counters() {
    for (Counter counter : Counter.values()) {
      adders.put(counter, new LongAdder());
    }
  }

  /**
   * The value of a counter.
   *
   * @param counter which
   * @return the same adder each time
   */
  public LongAdder counter(Counter counter) {
    LongAdder adder = adders.get(counter);
    if (adder == null) {
      throw new IllegalArgumentException("no such counter: " + counter);
    }
    return adder;
  }

  /**
   * Counts one.
   *
   * @param counter which
   */
  public void count(Counter counter) {
    counter(counter).increment();
  }

  /**
   * All values now.
   *
   * @return a copy, by id
   */
  public Map<String, Long> snapshot() {
    Map<String, Long> values = new TreeMap<>();
    adders.forEach((counter, adder) -> values.put(counter.id(), adder.sum()));
    return values;
  }
}
