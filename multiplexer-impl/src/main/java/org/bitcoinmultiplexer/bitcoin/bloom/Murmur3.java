package org.bitcoinmultiplexer.bitcoin.bloom;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** MurmurHash3 in its form for 32 bits (x86_32), the hash function of bloom filters. */
final class Murmur3 {

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Murmur3() {}

  /** The hash of a range. */
  static int hash(int seed, byte[] array, int offset, int size) {
    return (int) pair(seed, seed, array, offset, size);
  }

  /**
   * Two hashes of a range in little more time than one takes: each is a chain of dependent steps,
   * and a processor has room for two.
   *
   * @return that of the first seed in the low half, that of the second in the high half
   */
  static long pair(int firstSeed, int secondSeed, byte[] array, int offset, int size) {
    int first = firstSeed;
    int second = secondSeed;
    int at = offset;
    for (int end = offset + (size & ~3); at < end; at += 4) {
      int word = mix((int) INT.get(array, at));
      first = step(first, word);
      second = step(second, word);
    }
    int rest = size & 3;
    if (rest > 0) {
      int tail = array[at] & 0xff;
      if (rest > 1) {
        tail |= (array[at + 1] & 0xff) << 8;
      }
      if (rest > 2) {
        tail |= (array[at + 2] & 0xff) << 16;
      }
      int word = mix(tail);
      first ^= word;
      second ^= word;
    }
    return (long) finish(second ^ size) << 32 | (finish(first ^ size) & 0xffffffffL);
  }

  private static int step(int hash, int word) {
    return Integer.rotateLeft(hash ^ word, 13) * 5 + 0xe6546b64;
  }

  private static int mix(int word) {
    return Integer.rotateLeft(word * 0xcc9e2d51, 15) * 0x1b873593;
  }

  private static int finish(int hash) {
    int mixed = (hash ^ hash >>> 16) * 0x85ebca6b;
    mixed = (mixed ^ mixed >>> 13) * 0xc2b2ae35;
    return mixed ^ mixed >>> 16;
  }
}
