package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.Arrays;
import java.util.function.Function;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Retarget;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client's header may be shown to the node: one that is invalid in its place costs
 * everybody the connection (Core's ContextualCheckBlockHeader).
 *
 * <p>Between adjustments of the difficulty the target has to be the parent's. At an adjustment it
 * follows from the two weeks before; if those are not known, which they are after two weeks, it has
 * to be one that they could have led to: at most four times easier. Heights may be estimates, so
 * the parent's target passes there too.
 *
 * <p>Pure; safe on any thread.
 */
final class HeaderRules {

  /** So many times have a median that a block's time must exceed. */
  private static final int MEDIAN_OF = 11;

  /** After so many seconds without a block the test networks allow the easiest target. */
  private static final int PATIENCE_OF_TESTNET = 20 * 60;

  private final Network network;
  private final boolean isTestnet;

  HeaderRules(Network network) {
    this.network = network;
    this.isTestnet = network.equals(Network.TESTNET3) || network.equals(Network.TESTNET4);
  }

  /**
   * Looks at a header in its place.
   *
   * @param header proof of work checked or not
   * @param parent the header it builds on
   * @param height of the parent, -1 if it is not known
   * @param known finds headers before the parent, as far as they are known
   * @return what is wrong with it, null if nothing can be told
   */
  @Nullable String flaw(
      BlockHeader header,
      BlockHeader parent,
      int height,
      Function<Hash, @Nullable BlockHeader> known) {
    if (!hasRightTarget(header, parent, height, known)) {
      return "bits %08x on a parent with bits %08x".formatted(header.bits(), parent.bits());
    }
    long median = medianTime(parent, known);
    if (header.time() <= median) {
      return "time " + header.time() + " is not after " + median;
    }
    return null;
  }

  private boolean hasRightTarget(
      BlockHeader header,
      BlockHeader parent,
      int height,
      Function<Hash, @Nullable BlockHeader> known) {
    boolean adjusts =
        !network.equals(Network.REGTEST) && height >= 0 && (height + 1) % Retarget.INTERVAL == 0;
    if (isTestnet && !adjusts && header.time() > parent.time() + PATIENCE_OF_TESTNET) {
      return header.bits() == network.powLimitBits();
    }
    int usual = isTestnet ? lastRealBits(parent, height, known) : parent.bits();
    if (header.bits() == usual) {
      return true;
    }
    if (!adjusts) {
      return false;
    }
    BlockHeader first = ancestor(parent, Retarget.INTERVAL - 1, known);
    if (first == null) {
      int from = network.equals(Network.TESTNET3) ? parent.bits() : usual;
      return Retarget.isPermitted(from, header.bits(), network);
    }
    int from = network.equals(Network.TESTNET4) ? first.bits() : parent.bits(); // BIP94
    return header.bits() == Retarget.bits(from, parent.time() - first.time(), network);
  }

  /** The target of the last block of a test network that was not an exception. */
  private int lastRealBits(
      BlockHeader parent, int height, Function<Hash, @Nullable BlockHeader> known) {
    BlockHeader at = parent;
    for (int below = 0; at.bits() == network.powLimitBits(); below++) {
      boolean isFirst = height >= 0 && (height - below) % Retarget.INTERVAL == 0;
      BlockHeader before = isFirst ? null : known.apply(at.previous());
      if (before == null) {
        break;
      }
      at = before;
    }
    return at.bits();
  }

  private static @Nullable BlockHeader ancestor(
      BlockHeader header, int generations, Function<Hash, @Nullable BlockHeader> known) {
    @Nullable BlockHeader at = header;
    for (int i = 0; at != null && i < generations; i++) {
      at = known.apply(at.previous());
    }
    return at;
  }

  /** The median time past, of as many as are known. */
  private static long medianTime(BlockHeader parent, Function<Hash, @Nullable BlockHeader> known) {
    long[] times = new long[MEDIAN_OF];
    int count = 0;
    for (BlockHeader at = parent;
        at != null && count < MEDIAN_OF;
        at = known.apply(at.previous())) {
      times[count++] = at.time();
    }
    Arrays.sort(times, 0, count);
    return times[count / 2];
  }
}
