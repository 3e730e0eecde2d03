package org.bitcoinmultiplexer.examples.walletserver.wallets;

import org.jspecify.annotations.Nullable;

/**
 * A payment from or to a wallet. Amounts are in satoshi.
 *
 * @param wallet whose
 * @param txid of the transaction
 * @param direction {@code in} or {@code out}
 * @param amount what was paid, without the fee
 * @param fee null if others paid it
 * @param address to whom, if the wallet made it
 * @param time when it was made or first heard of, as ISO 8601
 * @param status {@code pending}, {@code confirmed} or {@code dead}
 * @param confirmations 0 without a block
 * @param idempotencyKey what the caller named it with
 */
public record PaymentView(
    String wallet,
    String txid,
    String direction,
    long amount,
    @Nullable Long fee,
    @Nullable String address,
    String time,
    String status,
    int confirmations,
    @Nullable String idempotencyKey) {}
