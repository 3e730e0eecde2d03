package org.bitcoinmultiplexer.examples.walletserver.wallets;

import org.jspecify.annotations.Nullable;

/**
 * A wish to pay.
 *
 * @param key whatever the caller chose to name this payment with: said again, it is the same
 *     payment and not a second one; null if every request is a payment of its own
 * @param address to whom
 * @param amount in satoshi, without the fee
 * @param feeRate in satoshi per virtual byte
 */
public record PaymentRequest(@Nullable String key, String address, long amount, int feeRate) {

  /** The fee rate of who does not say. */
  public static final int USUAL_FEE_RATE = 10;

  /** More than this is an error. */
  public static final int HIGHEST_FEE_RATE = 1_000;
}
