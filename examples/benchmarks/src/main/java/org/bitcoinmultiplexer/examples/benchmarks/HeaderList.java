package org.bitcoinmultiplexer.examples.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** The headers of a chain, from height 1 on, one after the other in one array. */
final class HeaderList {

  static final int MOST_AT_ONCE = 2_000;

  private static final int SIZE = Block.HEADER_SIZE;
  private static final int PREVIOUS_AT = 4;
  private static final int NONCE_AT = 76;

  private final byte[] headers;
  private final byte[] tip;

  private HeaderList(byte[] headers, byte[] tip) {
    this.headers = headers;
    this.tip = tip;
  }

  /** Those of some blocks. */
  static HeaderList of(List<Block> chain) {
    byte[] headers = new byte[chain.size() * SIZE];
    for (int i = 0; i < chain.size(); i++) {
      System.arraycopy(chain.get(i).bytes(), 0, headers, i * SIZE, SIZE);
    }
    return new HeaderList(
        headers, chain.isEmpty() ? TestChain.GENESIS : chain.get(chain.size() - 1).hash());
  }

  /**
   * As many as are wanted, of regtest, for blocks that nobody has; the same wherever it is made.
   */
  static HeaderList mine(int count) {
    byte[] headers = new byte[count * SIZE];
    ByteBuffer out = Wire.little(headers);
    byte[] tip = TestChain.GENESIS;
    for (int i = 0; i < count; i++) {
      out.position(i * SIZE);
      out.putInt(0x2000_0000).put(tip).putLong(i); // a merkle root like any other
      out.position(i * SIZE + 68);
      out.putInt(TestChain.GENESIS_TIME + 600 * (i + 1)).putInt(0x207f_ffff);
      int nonce = 0;
      do {
        out.putInt(i * SIZE + NONCE_AT, nonce++);
        tip = Wire.sha256d(headers, i * SIZE, SIZE);
      } while (!Block.isMined(tip));
    }
    return new HeaderList(headers, tip);
  }

  /** The height of the last. */
  int size() {
    return headers.length / SIZE;
  }

  /** The hash at a height, from 0 on. */
  byte[] hash(int height) {
    int at = height * SIZE + PREVIOUS_AT; // in the header above
    return height == size() ? tip : Arrays.copyOfRange(headers, at, at + Wire.HASH_SIZE);
  }

  /** What a {@code headers} message says of those above one height, up to another or its limit. */
  byte[] above(int height, int to) {
    int count = Math.max(0, Math.min(MOST_AT_ONCE, to - height));
    byte[] body = new byte[Wire.sizeOfCompactSize(count) + count * (SIZE + 1)];
    ByteBuffer out = Wire.little(body);
    Wire.putCompactSize(out, count);
    for (int i = height; i < height + count; i++) {
      out.put(headers, i * SIZE, SIZE).put((byte) 0);
    }
    return body;
  }
}
