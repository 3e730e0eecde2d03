package org.bitcoinmultiplexer.examples.regtest;

import org.bitcoinj.base.Address;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionOutput;
import org.bitcoinj.crypto.ECKey;

/** Makes signed transactions. */
final class Spends {
  static final Coin FEE = Coin.valueOf(10_000);

  private Spends() {}

  /** Spends all of the coinbase at a height, which must pay to the key. */
  static Transaction coinbase(RegtestNode node, int height, ECKey key, Address to) {
    Transaction coinbase =
        node.block(node.hashAt(height).orElseThrow()).orElseThrow().getTransactions().get(0);
    return output(coinbase.getOutput(0), key, to, FEE);
  }

  static Transaction output(TransactionOutput output, ECKey key, Address to, Coin fee) {
    Transaction spend = new Transaction();
    spend.addOutput(output.getValue().subtract(fee), to);
    spend.addSignedInput(output, key);
    return spend;
  }
}
