package org.bitcoinmultiplexer.examples.regtest;

/** A payload that cannot be parsed. Core loses such a message silently and keeps the connection. */
final class MalformedPayloadException extends ReasonedException {
  MalformedPayloadException(String reason) {
    super(reason);
  }

  MalformedPayloadException(String reason, Throwable cause) {
    this(reason);
    initCause(cause);
  }
}
