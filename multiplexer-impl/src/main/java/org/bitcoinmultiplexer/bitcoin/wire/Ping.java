package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * The nonce of a {@code ping} or {@code pong} (BIP31).
 *
 * <p>Layout: nonce u64; what follows it is ignored. Before BIP31 a ping was empty and wanted no
 * answer.
 */
public final class Ping {

  private Ping() {}

  /**
   * The nonce of a ping or pong.
   *
   * @param message a ping or pong
   * @return any 64 bits
   * @throws MalformedMessageException if it has fewer
   */
  public static long nonce(Message message) {
    return new ByteReader(message).i64("nonce");
  }

  /**
   * A ping.
   *
   * @param nonce comes back in the pong
   * @return a new message
   */
  public static Message ping(long nonce) {
    return new ByteWriter(Long.BYTES).i64(nonce).toMessage(Commands.PING);
  }

  /**
   * The answer to a ping.
   *
   * @param nonce of the ping
   * @return a new message
   */
  public static Message pong(long nonce) {
    return new ByteWriter(Long.BYTES).i64(nonce).toMessage(Commands.PONG);
  }
}
