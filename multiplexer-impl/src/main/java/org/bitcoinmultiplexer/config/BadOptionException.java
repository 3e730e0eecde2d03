package org.bitcoinmultiplexer.config;

/** An option that cannot be as it was said; the message tells where that was. */
final class BadOptionException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  BadOptionException(String message, Throwable cause) {
    super(message, cause);
  }
}
