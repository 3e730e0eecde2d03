package org.bitcoinmultiplexer.bitcoin.wire;

import java.util.List;
import java.util.Objects;

/** Hashes one after the other in an array, preceded by their count. */
final class HashList {

  private final byte[] array;
  private final int first;
  private final int size;

  private HashList(byte[] array, int first, int size) {
    this.array = array;
    this.first = first;
    this.size = size;
  }

  static HashList read(ByteReader in, String field) {
    int size = in.count(field, Hash.SIZE);
    return new HashList(in.array(), in.skip(size * Hash.SIZE, field), size);
  }

  static int sizeOf(int size) {
    return ByteWriter.sizeOfCompactSize(size) + size * Hash.SIZE;
  }

  static void write(ByteWriter out, List<Hash> hashes) {
    out.compactSize(hashes.size());
    for (Hash hash : hashes) {
      out.hash(hash);
    }
  }

  int size() {
    return size;
  }

  Hash get(int index) {
    return Hash.read(array, first + Objects.checkIndex(index, size) * Hash.SIZE);
  }

  boolean contains(Hash hash) {
    for (int i = 0; i < size; i++) {
      if (hash.isAt(array, first + i * Hash.SIZE)) {
        return true;
      }
    }
    return false;
  }
}
