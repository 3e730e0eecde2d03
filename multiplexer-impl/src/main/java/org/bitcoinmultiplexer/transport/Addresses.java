package org.bitcoinmultiplexer.transport;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Addresses of peers and what goes wrong with them, in words; and the addresses of names. */
public final class Addresses {

  private Addresses() {}

  /**
   * An address as {@code 203.0.113.7:8333} or {@code [2001:db8::7]:8333}.
   *
   * @param address resolved or not
   * @return host and port
   */
  public static String inWords(InetSocketAddress address) {
    InetAddress host = address.getAddress();
    return inWords(
        host == null ? address.getHostString() : host.getHostAddress(), address.getPort());
  }

  /**
   * A host and a port as {@link #inWords(InetSocketAddress)}.
   *
   * @param host a name or an address
   * @param port a TCP port
   * @return host and port
   */
  public static String inWords(String host, int port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /**
   * What went wrong with a socket, as {@code connection reset}.
   *
   * @param failure of a system call
   * @return its message, which begins with a small letter
   */
  public static String inWords(Throwable failure) {
    String message = failure.getMessage();
    return message == null || message.isEmpty()
        ? failure.getClass().getSimpleName()
        : message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
  }

  /**
   * Finds all addresses of a host without keeping the caller waiting: a look-up blocks, so it gets
   * a daemon thread of its own while it lasts. What is an address already needs none.
   *
   * @param host a name or an address
   * @param found takes the addresses, at least one; in the caller's thread or in that other one
   * @param failed takes the reason why there are none, likewise
   */
  public static void lookUp(
      String host, Consumer<List<InetAddress>> found, Consumer<Exception> failed) {
    if (InetAddresses.isInetAddress(host)) {
      found.accept(List.of(InetAddresses.forString(host)));
      return;
    }
    Thread thread =
        new Thread(
            () -> {
              List<InetAddress> addresses;
              try {
                addresses = List.of(InetAddress.getAllByName(host));
              } catch (UnknownHostException | RuntimeException e) {
                failed.accept(e);
                return;
              }
              found.accept(addresses);
            },
            "look-up of " + host);
    thread.setDaemon(true);
    thread.start();
  }
}
