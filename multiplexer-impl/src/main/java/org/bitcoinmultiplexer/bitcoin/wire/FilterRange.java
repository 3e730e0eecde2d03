package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * What a {@code getcfilters} or {@code getcfheaders} asks for: a stretch of one branch (BIP157).
 *
 * <p>Layout: filter type u8, start height u32, stop hash. Whether the stretch exists, and is not
 * too long for its command, takes a chain to say.
 *
 * @param type the filter type, 0 to 255; 0 is the basic filter
 * @param start the height of the first block, 0 to 2^32 - 1
 * @param stop the hash of the last block
 */
public record FilterRange(int type, long start, Hash stop) {

  /**
   * Reads a range.
   *
   * @param message a getcfilters or getcfheaders
   * @return what it asks for
   * @throws MalformedMessageException if it is cut off
   */
  public static FilterRange parse(Message message) {
    ByteReader in = new ByteReader(message);
    return new FilterRange(in.u8("filter type"), in.u32("start height"), in.hash("stop hash"));
  }

  /**
   * The range as a message.
   *
   * @param command getcfilters or getcfheaders
   * @return a new message
   */
  public Message toMessage(String command) {
    return new ByteWriter(1 + 4 + Hash.SIZE).u8(type).u32(start).hash(stop).toMessage(command);
  }
}
