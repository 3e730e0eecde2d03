package org.bitcoinmultiplexer.transport;

import java.util.HashMap;
import java.util.Map;

/**
 * How many connections a listener holds at a time. A connection above a limit is closed right after
 * it was accepted, without a word, as Bitcoin Core does with inbound connections it has no slot
 * for.
 *
 * @param total at most so many connections, at least 1
 * @param perHost at most so many of them from one address, at least 1
 */
public record AcceptLimits(int total, int perHost) {

  /** As many as the operating system permits. */
  public static final AcceptLimits NONE = new AcceptLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

  /** Refuses limits that let nobody in. */
  public AcceptLimits {
    if (total < 1 || perHost < 1) {
      throw new IllegalArgumentException(
          "limits must be at least 1: total " + total + ", per host " + perHost);
    }
  }

  /** Counts the connections of one listener. Safe for use by any number of threads. */
  public static final class Gate {

    private final AcceptLimits limits;
    private final Map<String, Integer> byHost = new HashMap<>();
    private int total;

    /**
     * A gate through which nobody has gone.
     *
     * @param limits what it permits
     */
    public Gate(AcceptLimits limits) {
      this.limits = limits;
    }

    /**
     * Lets a connection in if there is room.
     *
     * @param host where it comes from
     * @return whether it may stay; then {@link #leave} must follow
     */
    public synchronized boolean enter(String host) {
      int ofHost = byHost.getOrDefault(host, 0);
      if (total >= limits.total || ofHost >= limits.perHost) {
        return false;
      }
      total++;
      byHost.put(host, ofHost + 1);
      return true;
    }

    /**
     * Makes room again.
     *
     * @param host where the connection came from
     */
    public synchronized void leave(String host) {
      Integer left = byHost.computeIfPresent(host, (h, n) -> n == 1 ? null : n - 1);
      total--;
      assert left == null || left > 0;
    }

    /**
     * How many are in.
     *
     * @return 0 or more
     */
    public synchronized int count() {
      return total;
    }
  }
}
