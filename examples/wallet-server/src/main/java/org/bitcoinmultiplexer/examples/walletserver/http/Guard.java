package org.bitcoinmultiplexer.examples.walletserver.http;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Turns away requests that a web page of somebody else has a browser make, and those without the
 * token.
 *
 * <p>A page on another site may have the browser send anything here, but not choose {@code Host}
 * and {@code Origin}, nor send JSON without asking first. A name that was made to point here is
 * given away by {@code Host}.
 */
final class Guard {

  private final String listenHost;
  private final boolean loopback;
  private final byte @Nullable [] token;

  /**
   * A guard.
   *
   * @param listenHost as it was configured
   * @param address which that is
   * @param token null if none is asked for
   */
  Guard(String listenHost, InetAddress address, @Nullable String token) {
    this.listenHost = listenHost.toLowerCase(Locale.ROOT);
    this.loopback = address.isLoopbackAddress();
    this.token = token == null ? null : token.getBytes(StandardCharsets.UTF_8);
  }

  /** Checks where a request thinks it goes, and what it comes from. */
  void checkSource(HttpExchange exchange) throws HttpError {
    Headers headers = exchange.getRequestHeaders();
    String host = only(headers, "Host");
    if (host == null || !isOurs(host)) {
      throw new HttpError(403, "Host: is not the name of this server");
    }
    String origin = only(headers, "Origin");
    if (origin != null
        && !origin.equalsIgnoreCase("http://" + host)
        && !origin.equalsIgnoreCase("https://" + host)) {
      throw new HttpError(403, "Origin: requests of other sites are not served");
    }
  }

  private boolean isOurs(String hostAndPort) {
    String host;
    try {
      host = HostAndPort.fromString(hostAndPort).getHost().toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      return false;
    }
    if (host.equals(listenHost) || host.equals("localhost")) {
      return true;
    }
    // Nobody can have a number point elsewhere.
    return InetAddresses.isInetAddress(host)
        && (!loopback || InetAddresses.forString(host).isLoopbackAddress());
  }

  /** Checks that a request knows the token. */
  void checkToken(HttpExchange exchange) throws HttpError {
    if (token == null) {
      return;
    }
    String given = only(exchange.getRequestHeaders(), "Authorization");
    String prefix = "Bearer ";
    if (given == null
        || !given.regionMatches(true, 0, prefix, 0, prefix.length())
        || !MessageDigest.isEqual(
            token, given.substring(prefix.length()).strip().getBytes(StandardCharsets.UTF_8))) {
      throw new HttpError(401, "Authorization: Bearer TOKEN is needed, with the server's token");
    }
  }

  /** Checks that what is posted says that it is JSON. */
  static void checkJson(HttpExchange exchange) throws HttpError {
    String type = only(exchange.getRequestHeaders(), "Content-Type");
    String bare = type == null ? "" : type.split(";", 2)[0].strip();
    if (!bare.equalsIgnoreCase("application/json")) {
      throw new HttpError(415, "Content-Type: must be application/json");
    }
  }

  static @Nullable String only(Headers headers, String name) throws HttpError {
    List<String> values = headers.get(name);
    if (values != null && values.size() > 1) {
      throw new HttpError(400, name + ": is there twice");
    }
    return values == null ? null : values.get(0);
  }
}
