package org.bitcoinmultiplexer.examples.regtest;

import org.bitcoinj.base.Coin;

/**
 * An unconfirmed transaction.
 *
 * @param sequence when it entered; zero if it came back from a block that was disconnected
 */
record MempoolEntry(TransactionBody body, Coin fee, long sequence) {
  /** Fee rate in satoshi per 1000 virtual bytes. */
  long feeRate() {
    return feeRate(body, fee);
  }

  static long feeRate(TransactionBody body, Coin fee) {
    return fee.value * 1000 / ((body.weight() + 3) / 4);
  }
}
