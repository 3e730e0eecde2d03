package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code cfheaders}: the filter hashes of a stretch of blocks and the filter header before it
 * (BIP157).
 *
 * <p>Layout: filter type u8, stop hash, previous filter header, CompactSize n, n filter hashes.
 */
public final class FilterHeaders {

  private final Message message;
  private final int type;
  private final Hash stop;
  private final Hash previous;
  private final HashList hashes;

  private FilterHeaders(Message message, int type, Hash stop, Hash previous, HashList hashes) {
    this.message = message;
    this.type = type;
    this.stop = stop;
    this.previous = previous;
    this.hashes = hashes;
  }

  /**
   * Reads filter hashes in place.
   *
   * @param message a cfheaders
   * @return a view of it
   * @throws MalformedMessageException if it is cut off
   */
  public static FilterHeaders parse(Message message) {
    ByteReader in = new ByteReader(message);
    int type = in.u8("filter type");
    Hash stop = in.hash("stop hash");
    Hash previous = in.hash("previous filter header");
    HashList hashes = HashList.read(in, "filter hashes");
    return new FilterHeaders(in.canonical(), type, stop, previous, hashes);
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
   * The last block of the stretch, as in the request.
   *
   * @return its hash
   */
  public Hash stop() {
    return stop;
  }

  /**
   * The filter header of the block before the stretch.
   *
   * @return {@link Hash#ZERO} before the genesis block
   */
  public Hash previous() {
    return previous;
  }

  /**
   * How many blocks the stretch has.
   *
   * @return 0 or more
   */
  public int size() {
    return hashes.size();
  }

  /**
   * The hash of a filter, the lowest block first.
   *
   * @param index 0 to size - 1
   * @return a new hash
   */
  public Hash filterHash(int index) {
    return hashes.get(index);
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
