package org.bitcoinmultiplexer.examples.regtest;

import org.bitcoinj.base.Coin;

/**
 * An unspent output.
 *
 * @param script the script that locks it; not copied, never written to
 * @param height where it was confirmed, or would be: the next block's height for one in the mempool
 * @param coinbase whether it must mature for 100 blocks
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never written to
record Utxo(Coin value, byte[] script, int height, boolean coinbase) {
  private static final int COINBASE_MATURITY = 100;

  boolean isSpendableAt(int spendHeight) {
    return !coinbase || spendHeight - height >= COINBASE_MATURITY;
  }
}
