package org.bitcoinmultiplexer.examples.regtest;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.TransactionOutput;

/**
 * The basic filter of a block (BIP158): the scripts that it pays to and those that it spends from,
 * hashed into a range, sorted, and the differences written in Golomb-Rice code.
 */
final class BlockFilter {
  private static final int P = 19;
  private static final long M = 784_931;
  private static final byte OP_RETURN = 0x6a;

  private BlockFilter() {}

  /**
   * Makes a filter.
   *
   * @param block the transactions
   * @param spent the scripts of the outputs that the block spends, its own ones included
   */
  static byte[] of(BlockBody block, Collection<byte[]> spent) {
    Set<byte[]> scripts = new TreeSet<>(Arrays::compare);
    for (TransactionBody body : block.transactions()) {
      for (TransactionOutput output : body.transaction().getOutputs()) {
        byte[] script = output.getScriptBytes();
        if (script.length > 0 && script[0] != OP_RETURN) {
          scripts.add(script);
        }
      }
    }
    for (byte[] script : spent) {
      if (script.length > 0) {
        scripts.add(script);
      }
    }
    return encode(block.header().hash(), scripts);
  }

  private static byte[] encode(Sha256Hash block, Set<byte[]> scripts) {
    ByteBuffer key = ByteBuffer.wrap(block.serialize()).order(ByteOrder.LITTLE_ENDIAN);
    long k0 = key.getLong();
    long k1 = key.getLong();
    long range = scripts.size() * M;
    long[] values =
        scripts.stream()
            .mapToLong(script -> high(sipHash(k0, k1, script), range))
            .sorted()
            .toArray();
    Bits bits = new Bits();
    long previous = 0;
    for (long value : values) {
      long difference = value - previous;
      for (long ones = difference >>> P; ones > 0; ones--) {
        bits.write(1, 1);
      }
      bits.write(0, 1);
      bits.write(difference, P);
      previous = value;
    }
    return new PayloadWriter().compactSize(values.length).bytes(bits.toByteArray()).toByteArray();
  }

  /** The upper half of the product of two unsigned numbers, of which the second is positive. */
  private static long high(long hash, long range) {
    return Math.multiplyHigh(hash, range) + (hash < 0 ? range : 0);
  }

  /** SipHash-2-4. */
  private static long sipHash(long k0, long k1, byte[] bytes) {
    long[] v = {
      k0 ^ 0x736f6d6570736575L,
      k1 ^ 0x646f72616e646f6dL,
      k0 ^ 0x6c7967656e657261L,
      k1 ^ 0x7465646279746573L
    };
    byte[] padded = new byte[bytes.length / 8 * 8 + 8];
    System.arraycopy(bytes, 0, padded, 0, bytes.length);
    padded[padded.length - 1] = (byte) bytes.length;
    ByteBuffer words = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN);
    while (words.hasRemaining()) {
      long word = words.getLong();
      v[3] ^= word;
      rounds(v, 2);
      v[0] ^= word;
    }
    v[2] ^= 0xff;
    rounds(v, 4);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
  }

  private static void rounds(long[] v, int count) {
    for (int i = 0; i < count; i++) {
      v[0] += v[1];
      v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
      v[0] = Long.rotateLeft(v[0], 32);
      v[2] += v[3];
      v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
      v[0] += v[3];
      v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
      v[2] += v[1];
      v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
      v[2] = Long.rotateLeft(v[2], 32);
    }
  }

  /** Bits, the most significant first. */
  private static final class Bits {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int pending;
    private int count;

    void write(long value, int bits) {
      for (int i = bits - 1; i >= 0; i--) {
        pending = pending << 1 | (int) (value >>> i & 1);
        if (++count == 8) {
          out.write(pending);
          pending = 0;
          count = 0;
        }
      }
    }

    byte[] toByteArray() {
      while (count > 0) {
        write(0, 1);
      }
      return out.toByteArray();
    }
  }
}
