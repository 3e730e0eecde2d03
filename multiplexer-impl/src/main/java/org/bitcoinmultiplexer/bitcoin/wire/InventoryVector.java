package org.bitcoinmultiplexer.bitcoin.wire;

/**
 * The name of a block or transaction: how to identify and how to send it, and its hash.
 *
 * @param type one of the constants here, or any other number a peer made up; unsigned 32 bits
 * @param hash a block hash, txid or wtxid, depending on the type
 */
public record InventoryVector(int type, Hash hash) {

  /** Added to a type in a request: with witness (BIP144). */
  public static final int WITNESS_FLAG = 0x40000000;

  /** A transaction by txid; requested so, it comes without witness. */
  public static final int TX = 1;

  /** A block; requested so, it comes without witness. */
  public static final int BLOCK = 2;

  /** A block as merkleblock and matching transactions (BIP37). */
  public static final int FILTERED_BLOCK = 3;

  /** A block as cmpctblock, if it is recent (BIP152). */
  public static final int CMPCT_BLOCK = 4;

  /** A transaction by wtxid (BIP339). */
  public static final int WTX = 5;

  /** A transaction by txid, with witness. */
  public static final int WITNESS_TX = TX | WITNESS_FLAG;

  /** A block with witness. */
  public static final int WITNESS_BLOCK = BLOCK | WITNESS_FLAG;

  /** The size on the wire, in bytes. */
  public static final int SIZE = 4 + Hash.SIZE;

  /**
   * Whether a type names a transaction, in the sense of Core's IsGenTxMsg.
   *
   * @param type the type
   * @return true for TX, WITNESS_TX and WTX
   */
  public static boolean isTransaction(int type) {
    return type == TX || type == WITNESS_TX || type == WTX;
  }

  /**
   * Whether a type names a block, in the sense of Core's IsGenBlkMsg.
   *
   * @param type the type
   * @return true for BLOCK, WITNESS_BLOCK, FILTERED_BLOCK and CMPCT_BLOCK
   */
  public static boolean isBlock(int type) {
    return type == BLOCK || type == WITNESS_BLOCK || type == FILTERED_BLOCK || type == CMPCT_BLOCK;
  }

  /** Such as {@code 2:000000000019d6…}, the type in hexadecimal. */
  @Override
  public String toString() {
    return Integer.toHexString(type) + ":" + hash;
  }
}
