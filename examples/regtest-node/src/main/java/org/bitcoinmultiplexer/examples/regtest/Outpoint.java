package org.bitcoinmultiplexer.examples.regtest;

import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.TransactionInput;

/** The name of an output: which transaction, and which of its outputs. */
record Outpoint(Sha256Hash txid, long index) {
  static Outpoint spentBy(TransactionInput input) {
    return new Outpoint(input.getOutpoint().hash(), input.getOutpoint().index());
  }
}
