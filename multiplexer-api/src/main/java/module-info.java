/**
 * The contracts of Bitcoin Multiplexer: interfaces and immutable values. Nothing here runs, and
 * nothing here depends on anything but {@code java.base}.
 */
module org.bitcoinmultiplexer.api {
  exports org.bitcoinmultiplexer.api;
}
