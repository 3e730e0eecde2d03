package org.bitcoinmultiplexer.examples.regtest;

import java.math.BigInteger;
import java.util.Arrays;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.base.internal.ByteUtils;
import org.bitcoinj.core.Block;

/**
 * A block header, parsed.
 *
 * @param bytes the 80 bytes on the wire; not copied, never written to
 * @param time seconds since 1970
 * @param bits the target in compact form
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never written to
record BlockHeader(
    byte[] bytes,
    Sha256Hash hash,
    int version,
    Sha256Hash previous,
    Sha256Hash merkleRoot,
    long time,
    long bits) {

  static final int SIZE = Block.HEADER_SIZE;

  private static final BigInteger REGTEST_TARGET =
      ByteUtils.decodeCompactBits(Block.EASIEST_DIFFICULTY_TARGET);

  static BlockHeader parse(byte[] bytes) {
    Payload fields = new Payload(bytes);
    int version = fields.int32();
    Sha256Hash previous = fields.hash();
    Sha256Hash merkleRoot = fields.hash();
    long time = fields.uint32();
    long bits = fields.uint32();
    byte[] own = bytes.length == SIZE ? bytes : Arrays.copyOf(bytes, SIZE);
    return new BlockHeader(own, hashOf(own), version, previous, merkleRoot, time, bits);
  }

  static Sha256Hash hashOf(byte[] header) {
    return Sha256Hash.wrapReversed(Sha256Hash.hashTwice(header, 0, SIZE));
  }

  /** Tells whether a hash is good enough for regtest, where half of all hashes are. */
  static boolean meetsRegtestTarget(Sha256Hash hash) {
    return hash.toBigInteger().compareTo(REGTEST_TARGET) <= 0;
  }
}
