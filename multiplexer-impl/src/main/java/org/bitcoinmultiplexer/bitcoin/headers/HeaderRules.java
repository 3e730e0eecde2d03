package org.bitcoinmultiplexer.bitcoin.headers;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_TIMEWARP;

import java.util.Arrays;
import java.util.function.Function;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Retarget;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * What a header must be like on its parent: as difficult as the network demands, and not too early
 * (Core's GetNextWorkRequired and ContextualCheckBlockHeader). The same for what the node shows,
 * for what is kept of it, and for what clients bring: one that is invalid in its place costs
 * everybody the connection if it is shown to the node.
 *
 * <p>Of a {@link HeaderWindow} the two weeks before an adjustment of the difficulty may not be
 * known. Then the new target has to be one that they could have led to: no more than four times as
 * hard or as easy (Core's PermittedDifficultyTransition).
 *
 * <p>Whether a time is too far in the future is left to the node, whose clock decides; so are the
 * versions that soft forks retired long ago.
 *
 * <p>One thread at a time.
 */
public final class HeaderRules {

  private static final long SPACING = 600;

  /** A block's time must be after the median of so many. */
  private static final int MEDIAN_OF = 11;

  private final Network network;
  private final Ancestry past;
  private final boolean allowsEasyBlocks;

  // What the way back from a parent on a test network led to: the next header's leads here.
  private int lastEasy = Ancestry.NONE;
  private int lastBits;

  /** The rules for headers that build on those of an ancestry. */
  HeaderRules(Network network, Ancestry past) {
    this.network = network;
    this.past = past;
    allowsEasyBlocks = network.equals(Network.TESTNET3) || network.equals(Network.TESTNET4);
  }

  /**
   * Looks at a header and its place among others that are found by their hashes. Any thread.
   *
   * @param network whose rules
   * @param header any
   * @param parent the header it builds on
   * @param height of the parent, negative if it is not known
   * @param known finds headers before the parent, as far as they are known
   * @return what is wrong with it, null if nothing can be told
   */
  public static @Nullable String flaw(
      Network network,
      BlockHeader header,
      BlockHeader parent,
      int height,
      Function<? super Hash, ? extends @Nullable BlockHeader> known) {
    return new HeaderRules(network, new FoundAncestry(parent, height, known)).flaw(header, 0);
  }

  /** What is wrong with a header or its place; null if nothing is. */
  @Nullable String flaw(BlockHeader header, int parent) {
    return header.hasProofOfWork(network)
        ? flawOfPlace(header, parent)
        : "no proof of work for bits %08x".formatted(header.bits());
  }

  /** What is wrong with a header of which the proof of work is right; null if nothing is. */
  @Nullable String flawOfPlace(BlockHeader header, int parent) {
    String flaw = flawOfTarget(header, parent);
    if (flaw != null) {
      return flaw;
    }
    if (!isAfterMedian(header.time(), parent)) {
      return "time " + header.time() + " is not after " + medianTime(parent);
    }
    if (network.equals(Network.TESTNET4)
        && isAdjusted(parent)
        && header.time() < past.time(parent) - MAX_TIMEWARP) {
      return "time " + header.time() + " is long before " + past.time(parent);
    }
    return null;
  }

  private @Nullable String flawOfTarget(BlockHeader header, int parent) {
    if (isAdjusted(parent) && firstOfInterval(parent) == Ancestry.NONE) {
      int from = network.equals(Network.TESTNET4) ? lastRealBits(parent) : past.bits(parent);
      return Retarget.isPermitted(from, header.bits(), network)
          ? null
          : "bits %08x some time after %08x".formatted(header.bits(), from);
    }
    int bits = bits(parent, header.time());
    return header.bits() == bits
        ? null
        : "bits %08x instead of %08x".formatted(header.bits(), bits);
  }

  /** The target that a header of some time must state, where its interval is known. */
  int bits(int parent, long time) {
    if (network.equals(Network.REGTEST)) {
      return network.powLimitBits();
    }
    if (isAdjusted(parent)) {
      int first = firstOfInterval(parent);
      // On testnet4 the first of an interval always has the true difficulty (BIP94).
      int bits = past.bits(network.equals(Network.TESTNET4) ? first : parent);
      return Retarget.bits(bits, past.time(parent) - past.time(first), network);
    }
    if (!allowsEasyBlocks) {
      return past.bits(parent);
    }
    return time > past.time(parent) + 2 * SPACING ? network.powLimitBits() : lastRealBits(parent);
  }

  /** Whether the difficulty changes behind this header. */
  private boolean isAdjusted(int parent) {
    int height = past.height(parent);
    return !network.equals(Network.REGTEST) && height >= 0 && (height + 1) % Retarget.INTERVAL == 0;
  }

  private int firstOfInterval(int last) {
    return past.ancestor(last, Retarget.INTERVAL - 1);
  }

  /** The target of the last block of a test network that was not an exception. */
  private int lastRealBits(int parent) {
    int at = parent;
    while (at != lastEasy && !isFirst(at) && past.bits(at) == network.powLimitBits()) {
      int before = past.parent(at);
      if (before == Ancestry.NONE) {
        break;
      }
      at = before;
    }
    lastBits = at == lastEasy ? lastBits : past.bits(at);
    lastEasy = parent;
    return lastBits;
  }

  private boolean isFirst(int number) {
    return past.height(number) >= 0 && past.height(number) % Retarget.INTERVAL == 0;
  }

  /** Whether more than half of the times before are earlier, which takes no sorting. */
  private boolean isAfterMedian(long time, int parent) {
    int count = 0;
    int earlier = 0;
    for (int at = parent; at != Ancestry.NONE && count < MEDIAN_OF; at = past.parent(at)) {
      count++;
      earlier += past.time(at) < time ? 1 : 0;
    }
    return earlier > count / 2;
  }

  /** The median time past, of as many as are known. */
  private long medianTime(int parent) {
    long[] times = new long[MEDIAN_OF];
    int count = 0;
    for (int at = parent; at != Ancestry.NONE && count < MEDIAN_OF; at = past.parent(at)) {
      times[count++] = past.time(at);
    }
    Arrays.sort(times, 0, count);
    return times[count / 2];
  }
}
