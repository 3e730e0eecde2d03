package org.bitcoinmultiplexer.examples.regtest;

/** Something is refused, for a reason in words. */
abstract class ReasonedException extends RuntimeException {
  private final String reason;

  ReasonedException(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
