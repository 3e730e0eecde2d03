package org.bitcoinmultiplexer;

import java.util.Arrays;
import java.util.List;

/**
 * A node to dial, as it was written.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65535
 */
record HostAndPort(String host, int port) {

  /** Reads several, separated by commas. */
  static List<HostAndPort> parseAll(String text) {
    return Arrays.stream(text.split(",", -1)).map(String::strip).map(HostAndPort::parse).toList();
  }

  /** Reads {@code HOST:PORT}; an IPv6 address stands in brackets. */
  static HostAndPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw new IllegalArgumentException(
          "upstream: an IPv6 address needs brackets, not '" + text + "'");
    }
    int port = -1;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      // Refused below, together with a number that is no port.
    }
    if (port == 0 && !host.isEmpty()) {
      throw new IllegalArgumentException("upstream: '" + text + "' has no port to dial");
    }
    if (host.isEmpty() || port < 1 || port > 65_535) {
      throw new IllegalArgumentException("upstream: '" + text + "' is not HOST:PORT");
    }
    return new HostAndPort(host, port);
  }
}
