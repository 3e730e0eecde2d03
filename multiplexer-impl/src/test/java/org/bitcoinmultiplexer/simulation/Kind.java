package org.bitcoinmultiplexer.simulation;

import java.util.List;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;

/**
 * What software a client is.
 *
 * @param byWtxid whether it says wtxidrelay
 * @param byHeaders whether it says sendheaders
 * @param relay whether it wants to hear of transactions
 */
record Kind(int version, boolean byWtxid, boolean byHeaders, boolean relay) {
  static final List<Kind> ALL =
      List.of(
          new Kind(70016, true, true, true),
          new Kind(70016, true, false, true),
          new Kind(70016, true, true, false),
          new Kind(70015, false, true, true),
          new Kind(70013, false, false, true),
          new Kind(70013, false, false, true),
          new Kind(70001, false, false, false));

  int transactionType() {
    return byWtxid ? InventoryVector.WTX : InventoryVector.TX;
  }
}
