package org.bitcoinmultiplexer.core;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Named counters that only rise. Safe on any thread; on a hot path keep the adder that {@link
 * #counter} returns.
 */
public final class Counters {

  private final ConcurrentHashMap<String, LongAdder> adders = new ConcurrentHashMap<>();

  /**
   * The counter of a name, made if it is new.
   *
   * @param name from a fixed set: never anything a peer said
   * @return the same adder each time
   */
  public LongAdder counter(String name) {
    LongAdder adder = adders.get(name);
    return adder != null ? adder : adders.computeIfAbsent(name, n -> new LongAdder());
  }

  /**
   * Counts one.
   *
   * @param name from a fixed set
   */
  public void count(String name) {
    counter(name).increment();
  }

  /**
   * All values now.
   *
   * @return a copy, by name
   */
  public Map<String, Long> snapshot() {
    Map<String, Long> values = new TreeMap<>();
    adders.forEach((name, adder) -> values.put(name, adder.sum()));
    return values;
  }
}
