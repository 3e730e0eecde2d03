package org.bitcoinmultiplexer.examples.proxy.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a payload: little endian, as Bitcoin does. */
public final class Payload {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** One byte. */
  public Payload u8(int value) {
    bytes.write(value);
    return this;
  }

  /** Two bytes, the higher one first, as ports are written. */
  public Payload u16BigEndian(int value) {
    return u8(value >>> 8).u8(value);
  }

  /** Four bytes. */
  public Payload u32(long value) {
    return raw(little(4).putInt((int) value));
  }

  /** Eight bytes. */
  public Payload u64(long value) {
    return raw(little(8).putLong(value));
  }

  /** A CompactSize in its shortest form. */
  public Payload size(long value) {
    if (value < 0xfd) {
      return u8((int) value);
    }
    if (value <= 0xffff) {
      return u8(0xfd).u8((int) value).u8((int) (value >>> 8));
    }
    if (value <= 0xffffffffL) {
      return u8(0xfe).u32(value);
    }
    return u8(0xff).u64(value);
  }

  /** Bytes as they are. */
  public Payload raw(byte[] value) {
    bytes.writeBytes(value);
    return this;
  }

  private Payload raw(ByteBuffer value) {
    return raw(value.array());
  }

  /** Bytes after their number. */
  public Payload sized(byte[] value) {
    return size(value.length).raw(value);
  }

  /** A string after its length. */
  public Payload string(String value) {
    return sized(value.getBytes(StandardCharsets.US_ASCII));
  }

  /** A hash that is given as people write it. */
  public Payload hash(String reversedHex) {
    return raw(Wire.hash(reversedHex));
  }

  /** What was written. */
  public byte[] toBytes() {
    return bytes.toByteArray();
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }
}
