package org.bitcoinmultiplexer.examples.walletserver.http;

/** A request that cannot be served; the message tells the caller in a line. */
final class HttpError extends Exception {

  private static final long serialVersionUID = 1;

  private final int status;

  HttpError(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
