package org.bitcoinmultiplexer;

/**
 * A node to dial, as it was written.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 */
record HostAndPort(String host, int port) {

  /** Reads {@code HOST:PORT}; an IPv6 address stands in brackets. */
  static HostAndPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int port = -1;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      // Refused below, together with a number that is no port.
    }
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("upstream: '" + text + "' is not HOST:PORT");
    }
    return new HostAndPort(host, port);
  }
}
