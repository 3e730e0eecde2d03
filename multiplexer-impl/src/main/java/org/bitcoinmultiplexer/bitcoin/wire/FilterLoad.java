package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOOM_FILTER_SIZE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HASH_FUNCS;

import java.util.Arrays;
import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code filterload}: a bloom filter as it travels (BIP37).
 *
 * <p>Layout: CompactSize length, filter bits, number of hash functions u32, tweak u32, flags u8.
 */
public final class FilterLoad {

  private final Message message;
  private final int filterOffset;
  private final int filterSize;
  private final int hashFunctions;
  private final int tweak;
  private final int flags;

  private FilterLoad(
      Message message, int offset, int size, int hashFunctions, int tweak, int flags) {
    this.message = message;
    this.filterOffset = offset;
    this.filterSize = size;
    this.hashFunctions = hashFunctions;
    this.tweak = tweak;
    this.flags = flags;
  }

  /**
   * Reads a filter in place.
   *
   * @param message a filterload
   * @return a view of it
   * @throws MalformedMessageException if it is cut off or above one of the limits
   */
  public static FilterLoad parse(Message message) {
    ByteReader in = new ByteReader(message);
    int size = in.count("filter bytes", 1);
    int offset = in.skip(size, "filter");
    long hashFunctions = in.u32("hash functions");
    int tweak = in.i32("tweak");
    int flags = in.u8("flags");
    if (size > MAX_BLOOM_FILTER_SIZE || hashFunctions > MAX_HASH_FUNCS) {
      throw MalformedMessageException.misbehaviour(
          "filterload: %d bytes and %d hash functions are above the limits of %d and %d"
              .formatted(size, hashFunctions, MAX_BLOOM_FILTER_SIZE, MAX_HASH_FUNCS));
    }
    return new FilterLoad(in.canonical(), offset, size, (int) hashFunctions, tweak, flags);
  }

  /**
   * The filter's bits, the lowest first in each byte.
   *
   * @return a copy, 0 to {@link ProtocolLimits#MAX_BLOOM_FILTER_SIZE} bytes; none means that
   *     everything matches
   */
  public byte[] filter() {
    return Arrays.copyOfRange(message.array(), filterOffset, filterOffset + filterSize);
  }

  /**
   * The number of hash functions.
   *
   * @return 0 to {@link ProtocolLimits#MAX_HASH_FUNCS}
   */
  public int hashFunctions() {
    return hashFunctions;
  }

  /**
   * What is added to the seed of each hash function.
   *
   * @return any 32 bits
   */
  public int tweak() {
    return tweak;
  }

  /**
   * When a match inserts the matched output into the filter.
   *
   * @return 0 to 255; the two lowest bits are 0 never, 1 always, 2 for bare public keys only
   */
  public int flags() {
    return flags;
  }

  /**
   * The message in canonical form.
   *
   * @return the one that was parsed, if it is
   */
  public Message toMessage() {
    return message;
  }
}
