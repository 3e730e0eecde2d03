package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code sendcmpct}: whether and in which version its sender wants compact blocks (BIP152).
 *
 * <p>Layout: announce u8, version u64.
 *
 * @param announce whether new blocks should be announced by cmpctblock (high bandwidth mode)
 * @param version of compact blocks; 2 is the one with wtxids, others are ignored by Bitcoin Core
 */
public record SendCompact(boolean announce, long version) {

  /**
   * Reads the wish.
   *
   * @param message a sendcmpct
   * @return the wish
   * @throws MalformedMessageException if it is cut off, or announce neither 0 nor 1
   */
  public static SendCompact parse(Message message) {
    ByteReader in = new ByteReader(message);
    int announce = in.u8("announce");
    long version = in.i64("version");
    if (announce > 1) {
      throw MalformedMessageException.misbehaviour(
          message.command() + ": announce is " + announce + ", neither 0 nor 1");
    }
    return new SendCompact(announce == 1, version);
  }

  /**
   * The wish as a message.
   *
   * @return a new sendcmpct
   */
  public Message toMessage() {
    return new ByteWriter(1 + Long.BYTES)
        .u8(announce ? 1 : 0)
        .i64(version)
        .toMessage(Commands.SENDCMPCT);
  }
}
