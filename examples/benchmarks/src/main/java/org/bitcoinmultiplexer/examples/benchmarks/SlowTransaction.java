package org.bitcoinmultiplexer.examples.benchmarks;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Transactions that take a node seconds to refuse: they spend an output of the {@link TestChain}
 * whose script does nothing but hash, and then fails. It needs no signature, so there are endless
 * variants, and none of them is ever spent.
 */
final class SlowTransaction {

  private static final int SCRIPT_SIZE = 385_000;
  private static final int PUSHED = 520; // the most that a script may have in one piece
  private static final byte OP_DROP = 0x75;
  private static final byte OP_DUP = 0x76;
  private static final byte OP_PUSHDATA2 = 0x4d;
  private static final byte OP_RIPEMD160 = (byte) 0xa6;
  private static final byte OP_RETURN = 0x6a;

  /** The public key whose secret is two. */
  private static final String INTERNAL_KEY =
      "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";

  /** That key, tweaked by the hash of the only leaf, which is the script (BIP341). It is even. */
  private static final String OUTPUT_KEY =
      "d71cbd348ab7f796876f2eae824a9fcd764f5f52b3e97a862cd9b7a3fc2cb4b1";

  private static final byte LEAF_VERSION = (byte) 0xc0;
  private static final int VALUE = 100_000_000; // the rest is the fee

  private SlowTransaction() {}

  /** The script of the output that is spent. */
  static byte[] output() {
    return key((byte) 0x51, OUTPUT_KEY);
  }

  /** What pushes a key of 32 bytes, behind another byte. */
  private static byte[] key(byte first, String key) {
    byte[] script = new byte[2 + Wire.HASH_SIZE];
    ByteBuffer.wrap(script).put(first).put((byte) Wire.HASH_SIZE).put(HexFormat.of().parseHex(key));
    return script;
  }

  static byte[] script() {
    byte[] script = new byte[SCRIPT_SIZE + 2];
    ByteBuffer out = Wire.little(script);
    out.put(OP_DROP); // the number of the variant
    out.put(OP_PUSHDATA2).putShort((short) PUSHED).position(out.position() + PUSHED);
    while (out.position() < SCRIPT_SIZE) {
      out.put(OP_DUP).put(OP_RIPEMD160).put(OP_DROP);
    }
    out.put(OP_RETURN);
    return Arrays.copyOf(script, out.position());
  }

  /** Some of them, no two of which are the same. */
  static final class Variants {

    private static final int NUMBER_AT = 2 + 4 + 1 + 36 + 1 + 4 + 1 + 8 + 1 + 34 + 1 + 1;

    private final byte[] transaction;
    private int next;

    /**
     * @param coin the id of the transaction whose first output is spent
     * @param first the number of the first variant
     */
    Variants(byte[] coin, int first) {
      byte[] script = script();
      int scriptPrefix = Wire.sizeOfCompactSize(script.length);
      transaction = new byte[NUMBER_AT + 4 + scriptPrefix + script.length + 34 + 4];
      next = first;
      ByteBuffer out = Wire.little(transaction).putInt(2).put((byte) 0).put((byte) 1);
      out.put((byte) 1).put(coin).putInt(0).put((byte) 0).putInt(-1);
      out.put((byte) 1).putLong(VALUE).put((byte) 34).put(output());
      out.put((byte) 3).put((byte) 4).putInt(first);
      Wire.putCompactSize(out, script.length);
      out.put(script).put((byte) 33).put(LEAF_VERSION);
      out.put(HexFormat.of().parseHex(INTERNAL_KEY)).putInt(0);
    }

    /** Another one; the array is used again for the next. */
    byte[] next() {
      Wire.little(transaction).putInt(NUMBER_AT, next++);
      return transaction;
    }
  }
}
