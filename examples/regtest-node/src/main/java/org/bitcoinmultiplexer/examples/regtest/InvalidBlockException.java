package org.bitcoinmultiplexer.examples.regtest;

/** A header or block that breaks a consensus rule; the message names the rule. */
final class InvalidBlockException extends ReasonedException {
  InvalidBlockException(String reason) {
    super(reason);
  }
}
