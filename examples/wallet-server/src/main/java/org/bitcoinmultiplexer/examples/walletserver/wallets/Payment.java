package org.bitcoinmultiplexer.examples.walletserver.wallets;

/**
 * What became of a wish to pay.
 *
 * @param view the payment
 * @param isNew false if it had been made before, with the same key
 */
public record Payment(PaymentView view, boolean isNew) {}
