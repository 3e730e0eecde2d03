package org.bitcoinmultiplexer.bitcoin.bloom;

import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;

/** Makes filters as clients do. */
final class Filters {

  static final int UPDATE_NONE = 0;
  static final int UPDATE_ALL = 1;
  static final int UPDATE_KEYS_ONLY = 2;

  private Filters() {}

  static BloomFilter of(byte[] bits, int hashFunctions, int tweak, int flags) {
    return BloomFilter.of(
        FilterLoad.parse(
            new ByteWriter(ByteWriter.sizeOfVarBytes(bits.length) + 9)
                .varBytes(bits)
                .u32(hashFunctions)
                .i32(tweak)
                .u8(flags)
                .toMessage("filterload")));
  }

  /** A filter that has next to no false positives. */
  static BloomFilter exact(int flags, byte[]... elements) {
    BloomFilter filter = of(new byte[2000], 20, 0x12345678, flags);
    for (byte[] element : elements) {
      filter.insert(element);
    }
    return filter;
  }

  static boolean contains(BloomFilter filter, byte[] element) {
    return filter.contains(element, 0, element.length);
  }
}
