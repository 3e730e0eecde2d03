package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;

/**
 * An inventory vector: the name of a block or transaction, and in which form it is meant.
 *
 * @param type one of the constants here, or something unknown
 * @param hash the block hash, txid or (for {@link #WTX}) wtxid
 */
record InventoryVector(int type, Sha256Hash hash) {
  static final int TX = 1;
  static final int BLOCK = 2;
  static final int FILTERED_BLOCK = 3;
  static final int COMPACT_BLOCK = 4;
  static final int WTX = 5;
  static final int WITNESS_FLAG = 0x40000000;
  static final int WITNESS_TX = TX | WITNESS_FLAG;
  static final int WITNESS_BLOCK = BLOCK | WITNESS_FLAG;

  /** Bytes on the wire. */
  static final int SIZE = 36;

  boolean isTransaction() {
    return type == TX || type == WITNESS_TX || type == WTX;
  }

  boolean isBlock() {
    return type == BLOCK
        || type == WITNESS_BLOCK
        || type == FILTERED_BLOCK
        || type == COMPACT_BLOCK;
  }

  static List<InventoryVector> readAll(Payload payload) {
    int count = payload.count(SIZE);
    List<InventoryVector> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(new InventoryVector(payload.int32(), payload.hash()));
    }
    return items;
  }
}
