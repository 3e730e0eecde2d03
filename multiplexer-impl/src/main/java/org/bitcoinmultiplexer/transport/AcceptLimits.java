package org.bitcoinmultiplexer.transport;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;

/**
 * How many connections a listener holds at a time. A connection above a limit is closed right after
 * it was accepted, without a word, as Bitcoin Core does with inbound connections it has no slot
 * for.
 *
 * @param total at most so many connections, at least 1
 * @param perHost at most so many of them from one address, at least 1; an IPv6 address counts as
 *     its network of 64 bits, which is what one customer has
 * @param sparesLoopback whether those from this machine count only among the total
 * @param receiving gives each connection, by its peer in words, memory for messages while they
 *     arrive; without limit, which also lets them be long from the first on, if nothing else is set
 */
public record AcceptLimits(
    int total,
    int perHost,
    boolean sparesLoopback,
    Function<String, FrameDecoder.Memory> receiving) {

  /** As many as the operating system permits. */
  public static final AcceptLimits NONE = new AcceptLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

  private static final int IPV6_NETWORK_SIZE = 8;

  /**
   * Refuses limits that let nobody in.
   *
   * @param total at most so many connections, at least 1
   * @param perHost at most so many of them from one address, at least 1; an IPv6 address counts as
   *     its network of 64 bits, which is what one customer has
   * @param sparesLoopback whether those from this machine count only among the total
   * @param receiving memory for messages while they arrive
   */
  public AcceptLimits {
    if (total < 1 || perHost < 1) {
      throw new IllegalArgumentException(
          "limits must be at least 1: total " + total + ", per host " + perHost);
    }
  }

  /**
   * Limits that hold for all addresses alike.
   *
   * @param total at most so many connections, at least 1
   * @param perHost at most so many of them from one address, at least 1
   */
  public AcceptLimits(int total, int perHost) {
    this(total, perHost, false, remote -> FrameDecoder.Memory.UNLIMITED);
  }

  /**
   * The same limits, but of those from this machine only the total counts.
   *
   * @return new limits
   */
  public AcceptLimits sparingLoopback() {
    return new AcceptLimits(total, perHost, true, receiving);
  }

  /**
   * The same limits, and one for the memory of what arrives.
   *
   * @param memory gives it to a connection, by its peer in words
   * @return new limits
   */
  public AcceptLimits receiving(Function<String, FrameDecoder.Memory> memory) {
    return new AcceptLimits(total, perHost, sparesLoopback, memory);
  }

  /** Counts the connections of one listener. Safe for use by any number of threads. */
  public static final class Gate {

    private static final long COMPLAINT_EVERY = Duration.ofMinutes(1).toNanos();

    private final AcceptLimits limits;
    private final LongSupplier nanoTime;
    private final Map<String, Integer> byHost = new HashMap<>();
    private int total;
    private long refused; // since the last complaint
    private long complained;

    /**
     * A gate through which nobody has gone.
     *
     * @param limits what it permits
     */
    public Gate(AcceptLimits limits) {
      this(limits, System::nanoTime);
    }

    Gate(AcceptLimits limits, LongSupplier nanoTime) {
      // Never the last descriptors: without one, neither a node can be dialled nor a file opened.
      this.limits =
          new AcceptLimits(
              Math.min(limits.total, Descriptors.forClients()),
              limits.perHost,
              limits.sparesLoopback,
              limits.receiving);
      this.nanoTime = nanoTime;
      this.complained = nanoTime.getAsLong() - COMPLAINT_EVERY;
    }

    /**
     * Whom an address is counted for.
     *
     * @param address where a connection comes from
     * @return what to {@link #enter} with; empty if nobody counts it
     */
    public String host(InetAddress address) {
      if (limits.sparesLoopback && address.isLoopbackAddress()) {
        return "";
      }
      return address instanceof Inet6Address
          ? HexFormat.of().formatHex(address.getAddress(), 0, IPV6_NETWORK_SIZE)
          : address.getHostAddress();
    }

    /**
     * Lets a connection in if there is room.
     *
     * @param host whom it is counted for; empty for nobody
     * @return whether it may stay; then {@link #leave} must follow
     */
    public synchronized boolean enter(String host) {
      int ofHost = host.isEmpty() ? 0 : byHost.getOrDefault(host, 0);
      if (total >= limits.total || ofHost >= limits.perHost) {
        refused++;
        return false;
      }
      total++;
      if (!host.isEmpty()) {
        byHost.put(host, ofHost + 1);
      }
      return true;
    }

    /**
     * Memory for what a connection receives.
     *
     * @param remote its peer in words
     * @return to be closed with the connection
     */
    public FrameDecoder.Memory memory(String remote) {
      return limits.receiving.apply(remote);
    }

    /**
     * Makes room again.
     *
     * @param host whom the connection was counted for
     */
    public synchronized void leave(String host) {
      Integer left = byHost.computeIfPresent(host, (h, n) -> n == 1 ? null : n - 1);
      total--;
      assert left == null || left > 0;
    }

    /**
     * What an operator should be told of those that were refused: at once of the first, then once a
     * minute, since whoever is refused may come again at once.
     *
     * @return a line for the log, empty if it is not time for one
     */
    public synchronized Optional<String> complaint() {
      long now = nanoTime.getAsLong();
      if (refused == 0 || now - complained < COMPLAINT_EVERY) {
        return Optional.empty();
      }
      String line =
          "%d refused: %d clients are connected, of at most %d, and of at most %d from one address"
              .formatted(refused, total, limits.total, limits.perHost);
      complained = now;
      refused = 0;
      return Optional.of(line);
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
