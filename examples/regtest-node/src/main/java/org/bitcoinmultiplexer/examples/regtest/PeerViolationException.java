package org.bitcoinmultiplexer.examples.regtest;

/** Something a peer did for which it is disconnected. */
final class PeerViolationException extends ReasonedException {
  PeerViolationException(String reason) {
    super(reason);
  }
}
