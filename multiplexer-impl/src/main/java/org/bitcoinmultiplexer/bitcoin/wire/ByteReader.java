package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_SIZE;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bitcoinmultiplexer.api.Message;

/**
 * A cursor over the body of a message: little endian, bounds checked, nothing copied unless said.
 *
 * <p>Every method names the field it reads, so that {@link MalformedMessageException} can. Not safe
 * for use by several threads.
 */
public final class ByteReader {

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final Message message;
  private final byte[] array;
  private final int start;
  private final int end;
  private int at;

  /**
   * A cursor at the first byte of a body.
   *
   * @param message whose body is read
   */
  public ByteReader(Message message) {
    this.message = message;
    this.array = message.array();
    this.start = message.offset();
    this.end = start + message.size();
    this.at = start;
  }

  /**
   * Where the cursor is, as an index into {@link #array()}.
   *
   * @return from the message's offset to its end
   */
  public int position() {
    return at;
  }

  /**
   * How many bytes follow the cursor.
   *
   * @return 0 or more
   */
  public int remaining() {
    return end - at;
  }

  /**
   * The message's array, never to be written to.
   *
   * @return the array itself
   */
  public byte[] array() {
    return array;
  }

  /**
   * Reads an unsigned byte.
   *
   * @param field what it is
   * @return 0 to 255
   */
  public int u8(String field) {
    return array[take(1, field)] & 0xff;
  }

  /**
   * Reads an unsigned number of two bytes.
   *
   * @param field what it is
   * @return 0 to 65535
   */
  public int u16(String field) {
    return (short) SHORT.get(array, take(2, field)) & 0xffff;
  }

  /**
   * Reads an unsigned number of two bytes, the most significant first, as ports are written.
   *
   * @param field what it is
   * @return 0 to 65535
   */
  public int u16BigEndian(String field) {
    int from = take(2, field);
    return (array[from] & 0xff) << 8 | (array[from + 1] & 0xff);
  }

  /**
   * Reads a signed number of four bytes.
   *
   * @param field what it is
   * @return any number
   */
  public int i32(String field) {
    return (int) INT.get(array, take(4, field));
  }

  /**
   * Reads an unsigned number of four bytes.
   *
   * @param field what it is
   * @return 0 to 4294967295
   */
  public long u32(String field) {
    return Integer.toUnsignedLong(i32(field));
  }

  /**
   * Reads a number of eight bytes; whether it is signed is up to the caller.
   *
   * @param field what it is
   * @return any number
   */
  public long i64(String field) {
    return (long) LONG.get(array, take(8, field));
  }

  /**
   * Reads a hash.
   *
   * @param field what it is
   * @return a copy of its bytes
   */
  public Hash hash(String field) {
    return Hash.read(array, take(Hash.SIZE, field));
  }

  /**
   * Reads a CompactSize that is a number of its own: up to 64 bits.
   *
   * @param field what it is
   * @return the number, unsigned
   */
  public long compactSize(String field) {
    int first = u8(field);
    return switch (first) {
      case 0xfd -> canonical(u16(field), 0xfd, field);
      case 0xfe -> canonical(u32(field), 0x10000, field);
      case 0xff -> canonical(i64(field), 0x100000000L, field);
      default -> first;
    };
  }

  private long canonical(long value, long least, String field) {
    if (Long.compareUnsigned(value, least) < 0) {
      throw malformed(field + " " + value + " is not in its shortest CompactSize form");
    }
    return value;
  }

  /**
   * Reads a CompactSize that counts what follows, and makes sure that so much can follow.
   *
   * @param field what is counted
   * @param itemSize the least number of bytes of one item, 0 or more
   * @return the count
   */
  public int count(String field, int itemSize) {
    long count = compactSize(field);
    if (count < 0 || count > MAX_SIZE || count * itemSize > remaining()) {
      throw malformed(
          field
              + " "
              + Long.toUnsignedString(count)
              + " does not fit into the "
              + remaining()
              + " bytes that follow");
    }
    return (int) count;
  }

  /**
   * Reads a count as {@link #count(String, int)}, of which Bitcoin Core disconnects for too many.
   *
   * @param field what is counted
   * @param itemSize the least number of bytes of one item
   * @param limit the largest count allowed
   * @return the count
   */
  public int count(String field, int itemSize, int limit) {
    int count = count(field, itemSize);
    if (count > limit) {
      throw MalformedMessageException.misbehaviour(
          message.command() + ": " + field + " " + count + " is above the limit of " + limit);
    }
    return count;
  }

  /**
   * Reads a length and that many bytes.
   *
   * @param field what they are
   * @return a copy of them
   */
  public byte[] varBytes(String field) {
    int size = count(field, 1);
    int from = take(size, field);
    return Arrays.copyOfRange(array, from, from + size);
  }

  /**
   * Reads a length and that many characters of one byte each.
   *
   * @param field what they are
   * @param limit the largest length allowed, in bytes
   * @return one character per byte (ISO 8859-1), so that any text survives being written again
   */
  public String varString(String field, int limit) {
    int size = count(field, 1);
    if (size > limit) {
      throw malformed(field + " of " + size + " bytes is above the limit of " + limit);
    }
    return new String(array, take(size, field), size, StandardCharsets.ISO_8859_1);
  }

  /**
   * Passes over bytes.
   *
   * @param size how many, 0 or more
   * @param field what they are
   * @return where they start, as an index into {@link #array()}
   */
  public int skip(int size, String field) {
    return take(size, field);
  }

  /**
   * The message in canonical form, given that it was read up to the cursor: without what follows.
   *
   * @return the same instance if nothing follows, else a message over the same array
   */
  public Message canonical() {
    return at == end ? message : Message.of(message.command(), array, start, at - start);
  }

  /**
   * An exception for what was read, to be thrown.
   *
   * @param reason names the field and its value
   * @return the exception, its reason preceded by the command
   */
  public MalformedMessageException malformed(String reason) {
    return new MalformedMessageException(message.command() + ": " + reason);
  }

  private int take(int size, String field) {
    int from = at;
    if (size > end - from) {
      throw malformed(
          field + " needs " + size + " bytes at offset " + (from - start) + " of " + (end - start));
    }
    at = from + size;
    return from;
  }
}
