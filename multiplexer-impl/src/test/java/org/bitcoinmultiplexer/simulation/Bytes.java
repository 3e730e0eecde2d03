package org.bitcoinmultiplexer.simulation;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/** Writes bytes without knowing beforehand how many. */
final class Bytes {

  private ByteBuffer buffer = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

  private ByteBuffer room(int size) {
    if (buffer.remaining() < size) {
      byte[] larger = Arrays.copyOf(buffer.array(), 2 * buffer.capacity() + size);
      int at = buffer.position();
      buffer = ByteBuffer.wrap(larger).order(ByteOrder.LITTLE_ENDIAN).position(at);
    }
    return buffer;
  }

  Bytes u8(int value) {
    room(1).put((byte) value);
    return this;
  }

  Bytes i32(int value) {
    room(4).putInt(value);
    return this;
  }

  Bytes i64(long value) {
    room(8).putLong(value);
    return this;
  }

  Bytes size(int value) {
    if (value < 0xfd) {
      return u8(value);
    }
    u8(0xfd);
    room(2).putShort((short) value);
    return this;
  }

  Bytes raw(byte[] bytes) {
    room(bytes.length).put(bytes);
    return this;
  }

  Bytes sized(byte[] bytes) {
    return size(bytes.length).raw(bytes);
  }

  Bytes hash(Hash hash) {
    return raw(hash.toByteArray());
  }

  byte[] toArray() {
    return Arrays.copyOf(buffer.array(), buffer.position());
  }
}
