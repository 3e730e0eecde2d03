package org.bitcoinmultiplexer.bitcoin.passthrough;

import com.google.common.hash.Hashing;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;

/**
 * A bloom filter that elements are inserted into, as a node does (BIP37; CBloomFilter of Bitcoin
 * Core). However many are added, it stays as large as it was loaded.
 *
 * <p>Not safe for use by several threads.
 */
final class LoadedFilter {

  private static final int SEED_STEP = 0xfba4c795;

  private final byte[] bits;
  private final int hashFunctions;
  private final int tweak;
  private final int flags;

  LoadedFilter(FilterLoad loaded) {
    bits = loaded.filter();
    hashFunctions = loaded.hashFunctions();
    tweak = loaded.tweak();
    flags = loaded.flags();
  }

  void add(byte[] element) {
    if (bits.length == 0) {
      return; // matches everything already
    }
    for (int i = 0; i < hashFunctions; i++) {
      int hash = Hashing.murmur3_32_fixed(i * SEED_STEP + tweak).hashBytes(element).asInt();
      int bit = Integer.remainderUnsigned(hash, bits.length * Byte.SIZE);
      bits[bit >>> 3] |= (byte) (1 << (bit & 7));
    }
  }

  Message toMessage() {
    return new ByteWriter(ByteWriter.sizeOfVarBytes(bits.length) + 4 + 4 + 1)
        .varBytes(bits)
        .i32(hashFunctions)
        .i32(tweak)
        .u8(flags)
        .toMessage(Commands.FILTERLOAD);
  }
}
