package org.bitcoinmultiplexer.examples.regtest;

/** A transaction that breaks a rule or spends what it cannot; the message names the rule. */
final class InvalidTransactionException extends ReasonedException {
  InvalidTransactionException(String reason) {
    super(reason);
  }
}
