package org.bitcoinmultiplexer.examples.walletserver;

/** The program was called in a way that makes no sense; the message tells the caller in a line. */
final class UsageException extends Exception {

  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message);
  }
}
