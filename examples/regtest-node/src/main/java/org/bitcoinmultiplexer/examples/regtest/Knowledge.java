package org.bitcoinmultiplexer.examples.regtest;

import org.bitcoinj.base.Sha256Hash;
import org.jspecify.annotations.Nullable;

/**
 * What one peer is believed to have: it is not announced again.
 *
 * <p>Both rules are Core's: a transaction is known once either side has announced or sent it; a
 * block is known if it is an ancestor of the best block the peer has shown, or of the last header
 * it was sent. The latter also moves backwards. Guarded by the node's lock.
 */
final class Knowledge {
  private static final int MAX_TRANSACTIONS = 50_000;

  private final BoundedSet<Sha256Hash> transactions = new BoundedSet<>(MAX_TRANSACTIONS);
  private @Nullable BlockEntry bestShown;
  private @Nullable Sha256Hash lastUnknown;
  private @Nullable BlockEntry lastHeaderSent;

  void addTransaction(Sha256Hash id) {
    transactions.add(id);
  }

  boolean hasTransaction(Sha256Hash id) {
    return transactions.contains(id);
  }

  boolean hasBlock(BlockEntry block) {
    return isAncestor(block, bestShown) || isAncestor(block, lastHeaderSent);
  }

  /** The block with most work that the peer has shown to have; null if none. */
  @Nullable BlockEntry bestShown() {
    return bestShown;
  }

  void showed(BlockEntry block) {
    if (bestShown == null || block.height() >= bestShown.height()) {
      bestShown = block;
    }
  }

  /** The peer announced a block that is not known here, so what it implies is found out later. */
  void showedUnknown(Sha256Hash hash) {
    lastUnknown = hash;
  }

  /** Looks again at what was unknown. */
  void resolve(Chain chain) {
    if (lastUnknown != null) {
      BlockEntry entry = chain.find(lastUnknown);
      if (entry != null) {
        lastUnknown = null;
        showed(entry);
      }
    }
  }

  /** The last announced block that is still unknown here; null if there is none. */
  @Nullable Sha256Hash unknown(Chain chain) {
    resolve(chain);
    return lastUnknown;
  }

  void sentHeader(BlockEntry block) {
    lastHeaderSent = block;
  }

  private static boolean isAncestor(BlockEntry block, @Nullable BlockEntry of) {
    return of != null && of.ancestor(block.height()) == block;
  }
}
