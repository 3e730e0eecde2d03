package org.bitcoinmultiplexer.examples.walletserver.wallets;

import org.jspecify.annotations.Nullable;

/**
 * A payment that a wallet has made, as its journal has it.
 *
 * @param time when, as ISO 8601
 * @param key see {@link PaymentRequest#key}
 * @param address to whom
 * @param amount in satoshi, without the fee
 * @param fee in satoshi
 * @param txid of the transaction
 * @param transaction signed, in hexadecimal digits
 */
record SentPayment(
    String time,
    @Nullable String key,
    String address,
    long amount,
    long fee,
    String txid,
    String transaction) {

  /** Whether it is what a request asks for. */
  boolean isFor(PaymentRequest request) {
    return address.equals(request.address()) && amount == request.amount();
  }
}
