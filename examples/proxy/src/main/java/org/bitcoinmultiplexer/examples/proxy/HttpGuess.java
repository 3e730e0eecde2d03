package org.bitcoinmultiplexer.examples.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Finds out whether a node that does not answer was dialled at its RPC port, which speaks HTTP and
 * waits in silence for the end of a line when it is greeted as a peer.
 */
final class HttpGuess {

  private static final int PATIENCE_MILLIS = 900;
  private static final byte[] REQUEST =
      "GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ANSWER = "HTTP/".getBytes(StandardCharsets.US_ASCII);

  private HttpGuess() {}

  /** Asks without waiting. */
  static CompletionStage<Boolean> of(Endpoint node) {
    return CompletableFuture.supplyAsync(() -> answers(node));
  }

  /**
   * Asks for a page; waits at most two seconds.
   *
   * @return whether the answer is one of HTTP
   */
  static boolean answers(Endpoint node) {
    InetSocketAddress address = node.toSocketAddress();
    if (address.isUnresolved()) {
      return false;
    }
    try (Socket socket = new Socket()) {
      socket.connect(address, PATIENCE_MILLIS);
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.getOutputStream().write(REQUEST);
      return Arrays.equals(ANSWER, socket.getInputStream().readNBytes(ANSWER.length));
    } catch (IOException e) {
      return false;
    }
  }
}
