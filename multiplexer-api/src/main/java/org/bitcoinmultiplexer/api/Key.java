package org.bitcoinmultiplexer.api;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * The name of an answer: equal keys mean interchangeable answers.
 *
 * <p>A kind and some bytes that both a request and its response contain, such as "block" and the
 * block's hash. Immutable. Ordered, so that hash tables stay fast even when somebody constructs
 * keys whose hash codes collide.
 */
public final class Key implements Comparable<Key> {

  private final byte[] bytes;
  private final int hash;

  private Key(byte[] bytes) {
    this.bytes = bytes;
    this.hash = Arrays.hashCode(bytes);
  }

  /**
   * A key of a kind and a value.
   *
   * @param kind tells values of different meaning apart; the lowest eight bits count
   * @param array holds the value; copied
   * @param offset where the value starts
   * @param length how long it is, in bytes
   * @return the key
   */
  public static Key of(int kind, byte[] array, int offset, int length) {
    byte[] bytes = new byte[1 + length];
    bytes[0] = (byte) kind;
    System.arraycopy(array, offset, bytes, 1, length);
    return new Key(bytes);
  }

  /**
   * A key of a kind and a value.
   *
   * @param kind tells values of different meaning apart; the lowest eight bits count
   * @param value the value; copied
   * @return the key
   */
  public static Key of(int kind, byte[] value) {
    return of(kind, value, 0, value.length);
  }

  /**
   * The kind.
   *
   * @return 0 to 255
   */
  public int kind() {
    return bytes[0] & 0xff;
  }

  /**
   * The value.
   *
   * @return a copy
   */
  public byte[] value() {
    return Arrays.copyOfRange(bytes, 1, bytes.length);
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Key that && hash == that.hash && Arrays.equals(bytes, that.bytes));
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public int compareTo(Key that) {
    return Arrays.compareUnsigned(bytes, that.bytes);
  }

  @Override
  public String toString() {
    return kind() + ":" + HexFormat.of().formatHex(bytes, 1, bytes.length);
  }
}
