package org.bitcoinmultiplexer.bitcoin.headers;

import java.util.Arrays;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Retarget;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * What a header must be like on its parent: as difficult as the network demands, and not too early
 * (Core's GetNextWorkRequired and ContextualCheckBlockHeader).
 *
 * <p>Whether a time is too far in the future is left to the node, whose clock decides; so are the
 * versions that soft forks retired long ago.
 */
final class HeaderRules {

  private static final long SPACING = 600;

  /** A block's time must be after the median of so many. */
  private static final int MEDIAN_OF = 11;

  /**
   * BIP94: the first block of an interval may be earlier than its parent by no more, in seconds.
   */
  private static final long MAX_TIMEWARP = 600;

  private final Network network;
  private final long[] times = new long[MEDIAN_OF];

  // What the way back from a parent on a test network led to: the next header's leads here.
  private int lastEasy = HeaderStore.NONE;
  private int lastBits;

  HeaderRules(Network network) {
    this.network = network;
  }

  /** What is wrong with a header of which the proof of work is right; null if nothing is. */
  @Nullable String flaw(BlockHeader header, HeaderStore store, int parent) {
    int bits = bits(store, parent, header.time());
    if (header.bits() != bits) {
      return "bits %08x instead of %08x".formatted(header.bits(), bits);
    }
    if (!isAfterMedian(header.time(), store, parent)) {
      return "time " + header.time() + " is not after " + medianTime(store, parent);
    }
    boolean isFirst = (store.height(parent) + 1) % Retarget.INTERVAL == 0;
    if (network.equals(Network.TESTNET4)
        && isFirst
        && header.time() < store.time(parent) - MAX_TIMEWARP) {
      return "time " + header.time() + " is long before " + store.time(parent);
    }
    return null;
  }

  /** The target that a header of some time must state. */
  int bits(HeaderStore store, int parent, long time) {
    if (network.equals(Network.REGTEST)) {
      return network.powLimitBits();
    }
    if ((store.height(parent) + 1) % Retarget.INTERVAL == 0) {
      int first = store.ancestor(parent, Retarget.INTERVAL - 1);
      // On testnet4 the first of an interval always has the true difficulty (BIP94).
      int bits = store.bits(network.equals(Network.TESTNET4) ? first : parent);
      return retarget(bits, store.time(parent) - store.time(first));
    }
    boolean allowsEasyBlocks = network.equals(Network.TESTNET3) || network.equals(Network.TESTNET4);
    if (!allowsEasyBlocks) {
      return store.bits(parent);
    }
    if (time > store.time(parent) + 2 * SPACING) {
      return network.powLimitBits();
    }
    int at = parent;
    while (at != lastEasy
        && store.height(at) % Retarget.INTERVAL != 0
        && store.bits(at) == network.powLimitBits()) {
      at = store.parent(at);
    }
    lastBits = at == lastEasy ? lastBits : store.bits(at);
    lastEasy = parent;
    return lastBits;
  }

  /** The target after an interval that took so many seconds from its first block to its last. */
  int retarget(int bits, long took) {
    return Retarget.bits(bits, took, network);
  }

  /** Whether more than half of the times before are earlier, which takes no sorting. */
  private static boolean isAfterMedian(long time, HeaderStore store, int parent) {
    int count = 0;
    int earlier = 0;
    for (int at = parent; at != HeaderStore.NONE && count < MEDIAN_OF; at = store.parent(at)) {
      count++;
      earlier += store.time(at) < time ? 1 : 0;
    }
    return earlier > count / 2;
  }

  private long medianTime(HeaderStore store, int parent) {
    int count = 0;
    for (int at = parent; at != HeaderStore.NONE && count < MEDIAN_OF; at = store.parent(at)) {
      times[count++] = store.time(at);
    }
    Arrays.sort(times, 0, count);
    return times[count / 2];
  }
}
