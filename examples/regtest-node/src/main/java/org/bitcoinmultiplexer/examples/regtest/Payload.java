package org.bitcoinmultiplexer.examples.regtest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bitcoinj.base.Sha256Hash;

/**
 * Reads the fields of one message payload in order.
 *
 * <p>Like Bitcoin Core it refuses what is too short and non-canonical sizes, and leaves trailing
 * bytes unread.
 */
final class Payload {
  /** Core's {@code MAX_SIZE}: no size field may be larger. */
  private static final long MAX_SIZE = 0x02000000;

  private final ByteBuffer buffer;

  Payload(byte[] bytes) {
    this.buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  int remaining() {
    return buffer.remaining();
  }

  int uint8() {
    return need(1).get() & 0xff;
  }

  int int32() {
    return need(4).getInt();
  }

  long uint32() {
    return int32() & 0xffffffffL;
  }

  long int64() {
    return need(8).getLong();
  }

  Sha256Hash hash() {
    return Sha256Hash.read(need(Sha256Hash.LENGTH));
  }

  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    need(length).get(bytes);
    return bytes;
  }

  /** Reads a CompactSize, which must be canonical and at most 32 MiB. */
  int compactSize() {
    int first = uint8();
    long size;
    long smallest;
    switch (first) {
      case 0xfd -> {
        size = need(2).getShort() & 0xffffL;
        smallest = 0xfd;
      }
      case 0xfe -> {
        size = uint32();
        smallest = 0x10000L;
      }
      case 0xff -> {
        size = int64();
        smallest = 0x100000000L;
      }
      default -> {
        size = first;
        smallest = 0;
      }
    }
    if (size < smallest) {
      throw new MalformedPayloadException("non-canonical size " + size);
    }
    if (size > MAX_SIZE) {
      throw new MalformedPayloadException("size " + size + " above " + MAX_SIZE);
    }
    return (int) size;
  }

  /**
   * Reads a CompactSize that counts items of at least {@code itemSize} bytes each, all of which
   * must be present.
   */
  int count(int itemSize) {
    int count = compactSize();
    if ((long) count * itemSize > buffer.remaining()) {
      throw new MalformedPayloadException(
          count + " items announced, " + buffer.remaining() + " bytes follow");
    }
    return count;
  }

  private ByteBuffer need(int length) {
    if (buffer.remaining() < length) {
      throw new MalformedPayloadException("ends " + (length - buffer.remaining()) + " bytes early");
    }
    return buffer;
  }
}
