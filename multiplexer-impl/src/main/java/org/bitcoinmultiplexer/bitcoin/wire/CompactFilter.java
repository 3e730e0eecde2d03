package org.bitcoinmultiplexer.bitcoin.wire;

import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code cfilter}: the compact filter of one block (BIP157, BIP158).
 *
 * <p>Layout: filter type u8, block hash, CompactSize length, filter.
 */
public final class CompactFilter {

  /** The hash of the filter in a well-formed cfilter; {@link Message#derive} computes it once. */
  public static final Function<Message, Hash> HASH = message -> parse(message).filterHash();

  private final Message message;
  private final int type;
  private final Hash block;
  private final int filterOffset;
  private final int filterSize;

  private CompactFilter(Message message, int type, Hash block, int filterOffset, int filterSize) {
    this.message = message;
    this.type = type;
    this.block = block;
    this.filterOffset = filterOffset;
    this.filterSize = filterSize;
  }

  /**
   * Reads a filter in place; its content is not looked at.
   *
   * @param message a cfilter
   * @return a view of it
   * @throws MalformedMessageException if it is cut off
   */
  public static CompactFilter parse(Message message) {
    ByteReader in = new ByteReader(message);
    int type = in.u8("filter type");
    Hash block = in.hash("block hash");
    int size = in.count("filter bytes", 1);
    int offset = in.skip(size, "filter");
    return new CompactFilter(in.canonical(), type, block, offset, size);
  }

  /**
   * The filter type.
   *
   * @return 0 to 255; 0 is the basic filter
   */
  public int type() {
    return type;
  }

  /**
   * The block that the filter is of.
   *
   * @return its hash
   */
  public Hash block() {
    return block;
  }

  /**
   * The hash of the filter, from which filter headers are chained.
   *
   * @return H(filter), computed anew at each call
   */
  public Hash filterHash() {
    return Sha256d.hash(message.array(), filterOffset, filterSize);
  }

  /**
   * The filter header of this block, given that of the block before.
   *
   * @param previous the filter header before, {@link Hash#ZERO} for the genesis block
   * @return H(filter hash, previous)
   */
  public Hash header(Hash previous) {
    byte[] pair = new byte[2 * Hash.SIZE];
    filterHash().write(pair, 0);
    previous.write(pair, Hash.SIZE);
    return Sha256d.hash(pair, 0, pair.length);
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
