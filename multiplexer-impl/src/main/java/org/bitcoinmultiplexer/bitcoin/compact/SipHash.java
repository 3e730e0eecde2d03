package org.bitcoinmultiplexer.bitcoin.compact;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * SipHash-2-4: a hash of 64 bits under a key of 128, for which nobody without the key can find
 * collisions. Not safe for use by several threads.
 */
final class SipHash {

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long firstKey;
  private final long secondKey;
  private long a;
  private long b;
  private long c;
  private long d;

  SipHash(long firstKey, long secondKey) {
    this.firstKey = firstKey;
    this.secondKey = secondKey;
  }

  /** The hash of a range. */
  long hash(byte[] array, int offset, int size) {
    a = firstKey ^ 0x736f6d6570736575L;
    b = secondKey ^ 0x646f72616e646f6dL;
    c = firstKey ^ 0x6c7967656e657261L;
    d = secondKey ^ 0x7465646279746573L;
    int end = offset + (size & ~7);
    for (int at = offset; at < end; at += 8) {
      add((long) LONG.get(array, at));
    }
    long last = (long) size << 56;
    for (int i = 0; i < (size & 7); i++) {
      last |= (array[end + i] & 0xffL) << (8 * i);
    }
    add(last);
    c ^= 0xff;
    round();
    round();
    round();
    round();
    return a ^ b ^ c ^ d;
  }

  private void add(long word) {
    d ^= word;
    round();
    round();
    a ^= word;
  }

  private void round() {
    a += b;
    b = Long.rotateLeft(b, 13) ^ a;
    a = Long.rotateLeft(a, 32);
    c += d;
    d = Long.rotateLeft(d, 16) ^ c;
    a += d;
    d = Long.rotateLeft(d, 21) ^ a;
    c += b;
    b = Long.rotateLeft(b, 17) ^ c;
    c = Long.rotateLeft(c, 32);
  }
}
