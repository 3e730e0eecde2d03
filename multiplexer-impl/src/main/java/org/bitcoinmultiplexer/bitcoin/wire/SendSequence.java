package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code sendseq}: its sender understands {@link Sequence}. Not part of the protocol as Bitcoin
 * Core speaks it; specified in {@code org.bitcoinmultiplexer.bitcoin.sequence}.
 *
 * <p>Layout: version u32, window u32; what follows is ignored.
 *
 * @param version the highest version of the extension that the sender speaks, 0 to 4,294,967,295
 * @param window how many numbered requests the sender takes in flight, 0 to 4,294,967,295
 */
public record SendSequence(long version, long window) {

  /** The one version there is. */
  public static final long VERSION = 1;

  private static final long MOST = 0xffff_ffffL;

  /**
   * Refuses what does not fit into 32 bits.
   *
   * @param version the highest version of the extension that the sender speaks, 0 to 4,294,967,295
   * @param window how many numbered requests the sender takes in flight, 0 to 4,294,967,295
   */
  public SendSequence {
    if (version < 0 || version > MOST || window < 0 || window > MOST) {
      throw new IllegalArgumentException(
          "version and window have 32 bits, not " + version + " and " + window);
    }
  }

  /**
   * Reads an offer.
   *
   * @param message a sendseq
   * @return the offer
   * @throws MalformedMessageException if it is cut off
   */
  public static SendSequence parse(Message message) {
    ByteReader in = new ByteReader(message);
    return new SendSequence(in.u32("version"), in.u32("window"));
  }

  /**
   * The offer as a message.
   *
   * @return a new sendseq
   */
  public Message toMessage() {
    return new ByteWriter(2 * Integer.BYTES).u32(version).u32(window).toMessage(Commands.SENDSEQ);
  }
}
