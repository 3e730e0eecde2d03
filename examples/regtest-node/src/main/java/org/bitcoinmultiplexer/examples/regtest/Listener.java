package org.bitcoinmultiplexer.examples.regtest;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listening socket on the loopback interface, with the thread that accepts connections from it.
 */
final class Listener {
  private static final Logger log = LoggerFactory.getLogger(Listener.class);
  private static final int BACKLOG = 256;

  private static final long CLOSE_MILLIS = 5_000;

  private final ServerSocket server;
  private final Consumer<Socket> accepted;
  private final Thread thread;

  private Listener(ServerSocket server, Consumer<Socket> accepted) {
    this.server = server;
    this.accepted = accepted;
    this.thread = new Thread(this::run, "regtest-node-listener-" + server.getLocalPort());
  }

  /**
   * Listens.
   *
   * @param port 0 for any free one
   * @param accepted takes each new socket and owns it; called by one thread, never after {@link
   *     #close} has returned
   */
  static Listener open(int port, Consumer<Socket> accepted) throws IOException {
    ServerSocket server = new ServerSocket();
    try {
      // A restarted node must not wait for its old connections to fade.
      server.setReuseAddress(true);
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    Listener listener = new Listener(server, accepted);
    listener.thread.setDaemon(true);
    listener.thread.start();
    return listener;
  }

  int port() {
    return server.getLocalPort();
  }

  /**
   * Stops listening, and waits until the port is free: the operating system keeps it as long as a
   * thread is still within {@code accept}.
   */
  void close() throws IOException {
    synchronized (server) {
      server.close();
    }
    try {
      thread.join(CLOSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (true) {
        Socket socket = server.accept();
        synchronized (server) {
          if (server.isClosed()) {
            socket.close();
            return;
          }
          accepted.accept(socket);
        }
      }
    } catch (IOException e) {
      log.debug("no longer listening: {}", e.toString());
    }
  }
}
