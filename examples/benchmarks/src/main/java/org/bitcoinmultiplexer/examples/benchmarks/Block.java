package org.bitcoinmultiplexer.examples.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * A block and its hash.
 *
 * @param hash in wire order
 * @param bytes the block, with its witnesses
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody, written by nobody
record Block(byte[] hash, byte[] bytes) {

  static final int HEADER_SIZE = 80;

  private static final int NONCE_AT = 76;

  static Block of(byte[] bytes) {
    return new Block(Wire.sha256d(bytes, 0, HEADER_SIZE), bytes);
  }

  /**
   * Finds the nonce of a block of regtest, where every second one is good.
   *
   * @param txids of all transactions, in wire order
   * @param transactions as they are in the block
   */
  static Block mine(byte[] previous, int time, List<byte[]> txids, List<byte[]> transactions) {
    int size = HEADER_SIZE + Wire.sizeOfCompactSize(transactions.size());
    for (byte[] transaction : transactions) {
      size += transaction.length;
    }
    byte[] bytes = new byte[size];
    ByteBuffer out = Wire.little(bytes);
    out.putInt(0x2000_0000).put(previous).put(merkleRoot(txids)).putInt(time);
    out.putInt(0x207f_ffff).putInt(0);
    Wire.putCompactSize(out, transactions.size());
    transactions.forEach(out::put);
    for (int nonce = 0; ; nonce++) {
      out.putInt(NONCE_AT, nonce);
      byte[] hash = Wire.sha256d(bytes, 0, HEADER_SIZE);
      if (isMined(hash)) {
        return new Block(hash, bytes);
      }
    }
  }

  /** Whether a hash is surely below the target of regtest. */
  static boolean isMined(byte[] hash) {
    return hash[Wire.HASH_SIZE - 1] >= 0 && hash[Wire.HASH_SIZE - 1] < 0x7f;
  }

  static byte[] merkleRoot(List<byte[]> hashes) {
    byte[][] level = hashes.toArray(new byte[0][]);
    while (level.length > 1) {
      byte[][] above = new byte[(level.length + 1) / 2][];
      for (int i = 0; i < above.length; i++) {
        byte[] left = level[2 * i];
        byte[] right = level[Math.min(2 * i + 1, level.length - 1)];
        byte[] both = Arrays.copyOf(left, 2 * Wire.HASH_SIZE);
        System.arraycopy(right, 0, both, Wire.HASH_SIZE, Wire.HASH_SIZE);
        above[i] = Wire.sha256d(both);
      }
      level = above;
    }
    return level[0];
  }

  byte[] header() {
    return Arrays.copyOf(bytes, HEADER_SIZE);
  }
}
