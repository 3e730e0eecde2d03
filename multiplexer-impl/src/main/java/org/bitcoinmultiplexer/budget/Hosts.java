package org.bitcoinmultiplexer.budget;

import com.google.common.net.InetAddresses;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HexFormat;

/** Whom a connection is counted for. */
final class Hosts {

  private static final int IPV6_NETWORK_SIZE = 8;

  private Hosts() {}

  /**
   * The host of a peer.
   *
   * @param remote as a transport says it: what stands before the last colon is the host
   * @return empty if the peer counts alone: it is on this machine, or no network is in between
   */
  static String key(String remote) {
    int colon = remote.lastIndexOf(':');
    String host = colon < 0 ? remote : remote.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    int zone = host.indexOf('%');
    if (zone >= 0) {
      host = host.substring(0, zone);
    }
    return InetAddresses.isInetAddress(host) ? key(InetAddresses.forString(host)) : "";
  }

  /**
   * The host of an address.
   *
   * @param address where a connection comes from
   * @return empty if it is of this machine
   */
  static String key(InetAddress address) {
    if (address.isLoopbackAddress()) {
      return "";
    }
    return address instanceof Inet6Address
        ? HexFormat.of().formatHex(address.getAddress(), 0, IPV6_NETWORK_SIZE)
        : address.getHostAddress();
  }
}
