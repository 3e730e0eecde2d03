package org.bitcoinmultiplexer.bitcoin.compact;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * The names that a compact block has for transactions: 48 bits of a hash whose key nobody knows
 * before the block is there.
 */
final class ShortIds {

  /** The length of a short id in bytes. */
  static final int SIZE = 6;

  private static final long MASK = (1L << (8 * SIZE)) - 1;

  private final HashFunction hash;

  /** The names in a block, given the number that its sender chose. */
  ShortIds(BlockHeader header, long nonce) {
    byte[] seed = new byte[BlockHeader.SIZE + Long.BYTES];
    header.write(seed, 0);
    ByteBuffer.wrap(seed).order(ByteOrder.LITTLE_ENDIAN).putLong(BlockHeader.SIZE, nonce);
    ByteBuffer key = ByteBuffer.wrap(sha256(seed)).order(ByteOrder.LITTLE_ENDIAN);
    hash = Hashing.sipHash24(key.getLong(), key.getLong());
  }

  /** Hashed once only, unlike nearly everything else. */
  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  /** The name of a transaction, given where its wtxid lies. */
  long of(byte[] array, int offset) {
    return hash.hashBytes(array, offset, Hash.SIZE).asLong() & MASK;
  }
}
