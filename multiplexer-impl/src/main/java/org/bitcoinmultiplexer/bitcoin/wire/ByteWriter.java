package org.bitcoinmultiplexer.bitcoin.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.bitcoinmultiplexer.api.Message;

/**
 * Fills a body of exactly known size, little endian, and makes a message of it without a copy.
 *
 * <p>Writing beyond the size throws {@link IndexOutOfBoundsException}, writing less is refused by
 * {@link #toMessage}: either is a defect of the caller. Not safe for use by several threads.
 */
public final class ByteWriter {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final byte[] array;
  private int at;

  /**
   * A writer at the start of a new body.
   *
   * @param size the exact size of the body, in bytes
   */
  public ByteWriter(int size) {
    array = new byte[size];
  }

  /**
   * How many bytes a CompactSize takes.
   *
   * @param value the number, unsigned
   * @return 1, 3, 5 or 9
   */
  public static int sizeOfCompactSize(long value) {
    if (value >= 0 && value < 0xfd) {
      return 1;
    }
    if (value >>> 16 == 0) {
      return 3;
    }
    return value >>> 32 == 0 ? 5 : 9;
  }

  /**
   * How many bytes a length and that many bytes take.
   *
   * @param size the number of bytes that follow the length
   * @return the sum
   */
  public static int sizeOfVarBytes(int size) {
    return sizeOfCompactSize(size) + size;
  }

  /**
   * Writes the low byte of a number.
   *
   * @param value what is written
   * @return this
   */
  public ByteWriter u8(int value) {
    array[at] = (byte) value;
    at += 1;
    return this;
  }

  /**
   * Writes the low two bytes of a number.
   *
   * @param value what is written
   * @return this
   */
  public ByteWriter u16(int value) {
    SHORT.set(array, at, (short) value);
    at += 2;
    return this;
  }

  /**
   * Writes the low two bytes of a number, the most significant first.
   *
   * @param value what is written
   * @return this
   */
  public ByteWriter u16BigEndian(int value) {
    return u8(value >>> 8).u8(value);
  }

  /**
   * Writes four bytes.
   *
   * @param value what is written
   * @return this
   */
  public ByteWriter i32(int value) {
    INT.set(array, at, value);
    at += 4;
    return this;
  }

  /**
   * Writes the low four bytes of a number.
   *
   * @param value what is written
   * @return this
   */
  public ByteWriter u32(long value) {
    return i32((int) value);
  }

  /**
   * Writes eight bytes.
   *
   * @param value what is written
   * @return this
   */
  public ByteWriter i64(long value) {
    LONG.set(array, at, value);
    at += 8;
    return this;
  }

  /**
   * Writes a number in its shortest CompactSize form.
   *
   * @param value what is written
   * @return this
   */
  public ByteWriter compactSize(long value) {
    return switch (sizeOfCompactSize(value)) {
      case 1 -> u8((int) value);
      case 3 -> u8(0xfd).u16((int) value);
      case 5 -> u8(0xfe).u32(value);
      default -> u8(0xff).i64(value);
    };
  }

  /**
   * Writes a hash.
   *
   * @param value what is written
   * @return this
   */
  public ByteWriter hash(Hash value) {
    value.write(array, at);
    at += Hash.SIZE;
    return this;
  }

  /**
   * Writes a range of an array.
   *
   * @param source of which a part is written
   * @param offset where in it to begin
   * @param size how many bytes
   * @return this
   */
  public ByteWriter bytes(byte[] source, int offset, int size) {
    System.arraycopy(source, offset, array, at, size);
    at += size;
    return this;
  }

  /**
   * Writes a whole array.
   *
   * @param source what is written
   * @return this
   */
  public ByteWriter bytes(byte[] source) {
    return bytes(source, 0, source.length);
  }

  /**
   * Writes a length and that many bytes.
   *
   * @param source what is written
   * @return this
   */
  public ByteWriter varBytes(byte[] source) {
    return compactSize(source.length).bytes(source);
  }

  /**
   * Writes a length and one byte per character (ISO 8859-1).
   *
   * @param text what is written
   * @return this
   */
  public ByteWriter varString(String text) {
    return varBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * The message whose body was written. The writer must not be used afterwards.
   *
   * @param command the command
   * @return a message that owns the body
   * @throws IllegalStateException if less was written than announced
   */
  public Message toMessage(String command) {
    if (at != array.length) {
      throw new IllegalStateException(
          command + ": wrote " + at + " bytes of a body of " + array.length);
    }
    return Message.of(command, array);
  }
}
