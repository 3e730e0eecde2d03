package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;

/** What the node is asked, however many ask it. */
sealed interface Question {

  /** A block, in any form. */
  record OfBlock(Hash hash) implements Question {}

  /** A transaction by one of its names. */
  record OfTransaction(Hash id, boolean isWtxid) implements Question {}

  /** Headers. */
  record OfHeaders(List<Hash> locator, Hash stop) implements Question {}

  static Question of(InventoryVector item) {
    return InventoryVector.isBlock(item.type())
        ? new OfBlock(item.hash())
        : new OfTransaction(item.hash(), item.type() == InventoryVector.WTX);
  }

  static OfHeaders of(BlockLocator locator) {
    List<Hash> hashes = new ArrayList<>();
    for (int i = 0; i < locator.size(); i++) {
      hashes.add(locator.hash(i));
    }
    return new OfHeaders(hashes, locator.stop());
  }
}
