package org.bitcoinmultiplexer.strategy;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Key;

/**
 * Shortens keys to almost unique ones of 128, 64 or 32 bits.
 *
 * <p>By SipHash-2-4 under secrets that are drawn for each instance, twice for 128 bits: somebody
 * who chooses the full keys cannot choose which short ones are equal. Collisions remain possible
 * and, with 32 bits, likely in the long run (one in two of windows with 77000 keys); {@link
 * KeyRouter} makes them cost a wait and nothing else. The kind of a key is kept as it is.
 *
 * <p>Immutable; safe on any thread.
 */
final class ShortKeys implements UnaryOperator<Key> {

  private final int bytes;
  private final HashFunction first;
  private final HashFunction second;

  /**
   * Draws the secrets.
   *
   * @param bits 128, 64 or 32
   * @param random a source that nobody can guess
   */
  ShortKeys(int bits, RandomGenerator random) {
    if (bits != 128 && bits != 64 && bits != 32) {
      throw new IllegalArgumentException("a short key has 128, 64 or 32 bits, not " + bits);
    }
    this.bytes = bits / Byte.SIZE;
    this.first = Hashing.sipHash24(random.nextLong(), random.nextLong());
    this.second = Hashing.sipHash24(random.nextLong(), random.nextLong());
  }

  @Override
  public Key apply(Key key) {
    byte[] value = key.value();
    byte[] hash = new byte[Math.max(bytes, Long.BYTES)];
    ByteBuffer out = ByteBuffer.wrap(hash).putLong(first.hashBytes(value).asLong());
    if (bytes > Long.BYTES) {
      out.putLong(second.hashBytes(value).asLong());
    }
    return Key.of(key.kind(), hash, 0, bytes);
  }
}
