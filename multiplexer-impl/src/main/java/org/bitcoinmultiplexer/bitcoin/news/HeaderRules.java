package org.bitcoinmultiplexer.bitcoin.news;

import java.util.Arrays;
import java.util.function.Function;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * Whether a client's header may be shown to the node: one that is invalid in its place costs
 * everybody the connection (Core's ContextualCheckBlockHeader).
 *
 * <p>Stricter than the network where the window of recent headers does not tell: the target has to
 * be the parent's, so the first block after each adjustment of the difficulty is refused too, one
 * in 2016. The alternative would be to let anybody through who claims an easy target.
 *
 * <p>Pure; safe on any thread.
 */
final class HeaderRules {

  /** So many times have a median that a block's time must exceed. */
  private static final int MEDIAN_OF = 11;

  /** After so many seconds without a block the test networks allow the easiest target. */
  private static final int PATIENCE_OF_TESTNET = 20 * 60;

  private final Network network;

  HeaderRules(Network network) {
    this.network = network;
  }

  /**
   * Looks at a header in its place.
   *
   * @param header proof of work checked or not
   * @param parent the header it builds on
   * @param known finds headers before the parent, as far as they are known
   * @return what is wrong with it, null if nothing can be told
   */
  @Nullable String flaw(
      BlockHeader header, BlockHeader parent, Function<Hash, @Nullable BlockHeader> known) {
    if (header.bits() != wantedBits(header, parent, known)) {
      return "bits %08x on a parent with bits %08x".formatted(header.bits(), parent.bits());
    }
    long median = medianTime(parent, known);
    if (header.time() <= median) {
      return "time " + header.time() + " is not after " + median;
    }
    return null;
  }

  private int wantedBits(
      BlockHeader header, BlockHeader parent, Function<Hash, @Nullable BlockHeader> known) {
    boolean isTestnet = network == Network.TESTNET3 || network == Network.TESTNET4;
    if (!isTestnet) {
      return parent.bits();
    }
    if (header.time() > parent.time() + PATIENCE_OF_TESTNET) {
      return network.powLimitBits();
    }
    BlockHeader at = parent;
    while (at.bits() == network.powLimitBits()) {
      BlockHeader before = known.apply(at.previous());
      if (before == null) {
        break;
      }
      at = before;
    }
    return at.bits();
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
