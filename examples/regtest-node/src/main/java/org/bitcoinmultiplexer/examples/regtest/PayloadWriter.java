package org.bitcoinmultiplexer.examples.regtest;

import java.io.ByteArrayOutputStream;
import org.bitcoinj.base.Sha256Hash;

/** Writes the fields of one message payload, or of a block or transaction, in order. */
final class PayloadWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  PayloadWriter uint8(int value) {
    out.write(value);
    return this;
  }

  PayloadWriter int32(long value) {
    return littleEndian(value, 4);
  }

  PayloadWriter int64(long value) {
    return littleEndian(value, 8);
  }

  PayloadWriter hash(Sha256Hash hash) {
    return bytes(hash.serialize());
  }

  PayloadWriter bytes(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  PayloadWriter compactSize(int size) {
    if (size < 0xfd) {
      return uint8(size);
    }
    return size <= 0xffff ? uint8(0xfd).littleEndian(size, 2) : uint8(0xfe).int32(size);
  }

  byte[] toByteArray() {
    return out.toByteArray();
  }

  private PayloadWriter littleEndian(long value, int length) {
    for (int i = 0; i < length; i++) {
      out.write((int) (value >>> (8 * i)));
    }
    return this;
  }
}
