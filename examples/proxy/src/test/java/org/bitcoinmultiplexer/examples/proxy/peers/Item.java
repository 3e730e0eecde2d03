package org.bitcoinmultiplexer.examples.proxy.peers;

/**
 * An inventory vector.
 *
 * @param type one of the constants here, or anything else to see what happens
 * @param hash in reverse byte order, hexadecimal
 */
public record Item(int type, String hash) {
  public static final int TX = 1;
  public static final int BLOCK = 2;
  public static final int FILTERED_BLOCK = 3;
  public static final int COMPACT_BLOCK = 4;
  public static final int WTX = 5;
  public static final int WITNESS_TX = 0x40000001;
  public static final int WITNESS_BLOCK = 0x40000002;
}
