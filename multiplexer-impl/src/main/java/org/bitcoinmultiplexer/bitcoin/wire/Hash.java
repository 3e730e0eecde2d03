package org.bitcoinmultiplexer.bitcoin.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * A 256 bit hash, or number of that width, as it travels: 32 bytes, the least significant first.
 *
 * <p>Block hashes, transaction ids and filter headers are shown the other way round, as {@link
 * #toString()} does; {@link #of(String)} reads that form. Hashes are ordered as numbers, so that
 * the proof of work of a block is {@code hash.compareTo(target) <= 0}.
 *
 * <p>Kept as four numbers rather than an array: half the memory, and there may be millions.
 */
public final class Hash implements Comparable<Hash> {

  /** The length of a hash in bytes. */
  public static final int SIZE = 32;

  /** All bits zero: the parent of a genesis block, or a locator without a stop. */
  public static final Hash ZERO = new Hash(0, 0, 0, 0);

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final HexFormat HEX = HexFormat.of();

  // a holds wire bytes 0 to 7, the least significant; d the most significant
  private final long a;
  private final long b;
  private final long c;
  private final long d;

  private Hash(long a, long b, long c, long d) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.d = d;
  }

  /**
   * Reads a hash in wire order.
   *
   * @param array holds it; copied
   * @param offset index of its first byte
   * @return the hash
   * @throws IndexOutOfBoundsException if fewer than 32 bytes follow the offset
   */
  public static Hash read(byte[] array, int offset) {
    return new Hash(
        (long) LONG.get(array, offset),
        (long) LONG.get(array, offset + 8),
        (long) LONG.get(array, offset + 16),
        (long) LONG.get(array, offset + 24));
  }

  /**
   * Reads the form in which hashes are shown: 64 hexadecimal digits, the most significant first.
   *
   * @param hex such as {@code "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"}
   * @return the hash
   * @throws IllegalArgumentException if it is not 64 hexadecimal digits
   */
  public static Hash of(String hex) {
    if (hex.length() != 2 * SIZE) {
      throw new IllegalArgumentException("not a hash of 64 hexadecimal digits: " + hex);
    }
    try {
      return new Hash(word(hex, 48), word(hex, 32), word(hex, 16), word(hex, 0));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not a hash of 64 hexadecimal digits: " + hex, e);
    }
  }

  private static long word(String hex, int from) {
    return HexFormat.fromHexDigitsToLong(hex, from, from + 16);
  }

  /**
   * Writes this hash in wire order.
   *
   * @param array where to
   * @param offset index of its first byte
   */
  public void write(byte[] array, int offset) {
    LONG.set(array, offset, a);
    LONG.set(array, offset + 8, b);
    LONG.set(array, offset + 16, c);
    LONG.set(array, offset + 24, d);
  }

  /**
   * Whether an array holds this hash, in wire order.
   *
   * @param array where to look
   * @param offset index of the first byte compared
   * @return true if the 32 bytes from there are this hash
   */
  public boolean isAt(byte[] array, int offset) {
    return a == (long) LONG.get(array, offset)
        && b == (long) LONG.get(array, offset + 8)
        && c == (long) LONG.get(array, offset + 16)
        && d == (long) LONG.get(array, offset + 24);
  }

  /**
   * This hash in wire order.
   *
   * @return a new array of 32 bytes
   */
  public byte[] toByteArray() {
    byte[] bytes = new byte[SIZE];
    write(bytes, 0);
    return bytes;
  }

  /** Compares as unsigned numbers. */
  @Override
  public int compareTo(Hash that) {
    int order = Long.compareUnsigned(d, that.d);
    if (order == 0) {
      order = Long.compareUnsigned(c, that.c);
    }
    if (order == 0) {
      order = Long.compareUnsigned(b, that.b);
    }
    return order != 0 ? order : Long.compareUnsigned(a, that.a);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Hash that && a == that.a && b == that.b && c == that.c && d == that.d);
  }

  @Override
  public int hashCode() {
    // Block hashes differ in the low words only; a sender can choose a few bits, not all of these.
    return Long.hashCode(a ^ Long.rotateLeft(b, 21) ^ Long.rotateLeft(c, 42) ^ d);
  }

  /** The form in which hashes are shown: the most significant digit first. */
  @Override
  public String toString() {
    return HEX.toHexDigits(d) + HEX.toHexDigits(c) + HEX.toHexDigits(b) + HEX.toHexDigits(a);
  }
}
