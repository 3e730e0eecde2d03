package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_MONEY;

import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code feefilter}: the least fee rate of transactions that its sender wants announced (BIP133).
 *
 * <p>Layout: rate i64.
 *
 * @param rate in satoshis per 1000 virtual bytes, 0 to {@link ProtocolLimits#MAX_MONEY}
 */
public record FeeFilter(long rate) {

  /**
   * Rates from here on mean "none at all", as a node says that is still catching up: Core rounds 21
   * million coins to one of a few values, of which 9,170,997 is the least.
   */
  public static final long NO_TRANSACTIONS = 9_000_000;

  /**
   * Refuses what is not an amount of money.
   *
   * @param rate in satoshis per 1000 virtual bytes, 0 to {@link ProtocolLimits#MAX_MONEY}
   */
  public FeeFilter {
    if (rate < 0 || rate > MAX_MONEY) {
      throw new IllegalArgumentException("not a fee rate: " + rate);
    }
  }

  /**
   * Reads a rate.
   *
   * @param message a feefilter
   * @return the rate
   * @throws MalformedMessageException if it is cut off or not an amount of money
   */
  public static FeeFilter parse(Message message) {
    ByteReader in = new ByteReader(message);
    long rate = in.i64("fee rate");
    if (rate < 0 || rate > MAX_MONEY) {
      throw in.malformed("fee rate " + rate + " is not an amount of money");
    }
    return new FeeFilter(rate);
  }

  /**
   * The rate as a message.
   *
   * @return a new feefilter
   */
  public Message toMessage() {
    return new ByteWriter(Long.BYTES).i64(rate).toMessage(Commands.FEEFILTER);
  }
}
