package org.bitcoinmultiplexer.examples.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * A host and a port, as somebody wrote them.
 *
 * @param host a name or an address, an IPv6 address without brackets
 * @param port 0 to 65535
 */
record Endpoint(String host, int port) {

  /**
   * Reads {@code HOST:PORT}.
   *
   * @param what is being read, for the complaint
   */
  static Endpoint parse(String what, String text) throws UsageException {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      throw new UsageException(what + ": an IPv6 address needs brackets, not '" + text + "'");
    }
    int port = -1;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      // Refused below, together with a number that is no port.
    }
    if (host.isEmpty() || port < 0 || port > 65_535) {
      throw new UsageException(what + ": '" + text + "' is not HOST:PORT");
    }
    return new Endpoint(host, port);
  }

  /** Reads several, separated by commas. */
  static List<Endpoint> parseAll(String what, String text) throws UsageException {
    List<Endpoint> all = new ArrayList<>();
    for (String one : text.split(",", -1)) {
      Endpoint endpoint = parse(what, one.strip());
      if (endpoint.port == 0) {
        throw new UsageException(what + ": '" + one.strip() + "' has no port to dial");
      }
      all.add(endpoint);
    }
    return all;
  }

  /** Whether who listens here would be reached by dialling the other. */
  boolean isReachedBy(Endpoint dialled) {
    if (port != dialled.port) {
      return false;
    }
    try {
      InetAddress here = InetAddress.getByName(host);
      for (InetAddress there : InetAddress.getAllByName(dialled.host)) {
        if (here.equals(there) || (here.isAnyLocalAddress() && isOfThisMachine(there))) {
          return true;
        }
      }
    } catch (UnknownHostException | SocketException e) {
      // Whoever listens or dials finds out, and says so.
    }
    return false;
  }

  private static boolean isOfThisMachine(InetAddress address) throws SocketException {
    return address.isLoopbackAddress()
        || address.isAnyLocalAddress()
        || NetworkInterface.getByInetAddress(address) != null;
  }

  InetSocketAddress toSocketAddress() {
    return new InetSocketAddress(host, port);
  }

  static String inWords(InetSocketAddress address) {
    return new Endpoint(address.getAddress().getHostAddress(), address.getPort()).toString();
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
