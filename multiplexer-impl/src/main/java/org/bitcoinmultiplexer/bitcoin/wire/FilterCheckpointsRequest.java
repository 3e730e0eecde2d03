package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * What a {@code getcfcheckpt} asks for: every thousandth filter header of a branch (BIP157).
 *
 * <p>Layout: filter type u8, stop hash.
 *
 * @param type the filter type, 0 to 255; 0 is the basic filter
 * @param stop the hash of the branch's last block
 */
public record FilterCheckpointsRequest(int type, Hash stop) {

  /**
   * Reads a request.
   *
   * @param message a getcfcheckpt
   * @return what it asks for
   * @throws MalformedMessageException if it is cut off
   */
  public static FilterCheckpointsRequest parse(Message message) {
    ByteReader in = new ByteReader(message);
    return new FilterCheckpointsRequest(in.u8("filter type"), in.hash("stop hash"));
  }

  /**
   * The request as a message.
   *
   * @return a new getcfcheckpt
   */
  public Message toMessage() {
    return new ByteWriter(1 + Hash.SIZE).u8(type).hash(stop).toMessage(Commands.GETCFCHECKPT);
  }
}
