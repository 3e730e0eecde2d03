package org.bitcoinmultiplexer.bitcoin.session;

import com.google.common.hash.Hashing;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;

/** A bloom filter as a client makes it, by somebody else's hash function. */
final class FilterBits {

  private static final int SEED_STEP = 0xfba4c795;

  private final byte[] bits;
  private final int functions;
  private final int tweak;

  FilterBits(int size, int functions, int tweak) {
    this(new byte[size], functions, tweak);
  }

  FilterBits(byte[] bits, int functions, int tweak) {
    this.bits = bits;
    this.functions = functions;
    this.tweak = tweak;
  }

  FilterBits with(byte[]... elements) {
    for (byte[] element : elements) {
      for (int i = 0; i < functions; i++) {
        int hash = Hashing.murmur3_32_fixed(i * SEED_STEP + tweak).hashBytes(element).asInt();
        int bit = Integer.remainderUnsigned(hash, 8 * bits.length);
        bits[bit / 8] |= (byte) (1 << bit % 8);
      }
    }
    return this;
  }

  Message toMessage(int flags) {
    return new ByteWriter(ByteWriter.sizeOfVarBytes(bits.length) + 9)
        .varBytes(bits)
        .u32(functions)
        .i32(tweak)
        .u8(flags)
        .toMessage(Commands.FILTERLOAD);
  }
}
