package org.bitcoinmultiplexer.examples.walletserver.wallets;

import org.jspecify.annotations.Nullable;

/**
 * How a wallet stands. Amounts are in satoshi.
 *
 * @param id names it
 * @param label what its maker calls it
 * @param network which its addresses are of
 * @param balance what it has, with what waits for a block
 * @param spendable what it can pay with now
 * @param height of the last block it knows
 * @param synced whether it knows as much as the node
 * @param address where it can be paid; others of its addresses stay good
 * @param encrypted whether its keys are
 * @param error what is wrong with it; null if nothing is
 */
public record WalletView(
    String id,
    @Nullable String label,
    String network,
    long balance,
    long spendable,
    int height,
    boolean synced,
    @Nullable String address,
    boolean encrypted,
    @Nullable String error) {

  /** Of a wallet that is there but cannot be used. */
  static WalletView unusable(String id, String network, String error) {
    return new WalletView(id, null, network, 0, 0, 0, false, null, false, error);
  }
}
