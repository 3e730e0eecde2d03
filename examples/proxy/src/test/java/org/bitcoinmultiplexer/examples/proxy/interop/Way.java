package org.bitcoinmultiplexer.examples.proxy.interop;

import java.util.Locale;

/** How a client's request finds its way to the node and the answer its way back. */
enum Way {
  /** Nothing in between: the yardstick. */
  DIRECT(false),
  /** A connection of its own for each client. */
  PASSTHROUGH(false),
  /** One connection, one request at a time. */
  SERIAL(true),
  /** One connection, answers told apart by key. */
  KEY(true),
  /** One connection, answers told apart by their position between markers. */
  SEQUENCE(true),
  /** The same, and what was answered once is not asked again. */
  CACHE(true);

  private final boolean shares;

  Way(boolean shares) {
    this.shares = shares;
  }

  /** Whether all clients share one connection to the node. */
  boolean shares() {
    return shares;
  }

  /** Its name in the configuration of the multiplexer. */
  String strategy() {
    return name().toLowerCase(Locale.ROOT);
  }
}
