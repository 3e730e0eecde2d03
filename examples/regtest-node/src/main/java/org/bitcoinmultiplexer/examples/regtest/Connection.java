package org.bitcoinmultiplexer.examples.regtest;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One peer's socket, with the thread that reads and handles its messages one at a time and the
 * thread that writes.
 *
 * <p>Sending and closing are possible from any thread.
 */
final class Connection {
  private static final Logger log = LoggerFactory.getLogger(Connection.class);

  /**
   * Core's default {@code -peertimeout}: how long a peer may be silent before its handshake is
   * complete.
   */
  private static final int HANDSHAKE_TIMEOUT_MILLIS = 60_000;

  private final long id;
  private final Socket socket;
  private final Node node;
  private final Peer peer;
  private final Outbox outbox = new Outbox();
  private final Thread reader;
  private final Thread writer;

  Connection(long id, Socket socket, Node node) {
    this.id = id;
    this.socket = socket;
    this.node = node;
    this.peer = new Peer(node, this);
    this.reader = daemon("reader", this::read);
    this.writer = daemon("writer", this::write);
  }

  long id() {
    return id;
  }

  Peer peer() {
    return peer;
  }

  void start() {
    reader.start();
    writer.start();
  }

  /** Queues a frame, behind all queued before; dropped once the connection is closed. */
  void send(byte[] frame) {
    outbox.add(frame);
  }

  /** Waits, on the reading thread, until the node may work for this peer. */
  void awaitTurn() throws InterruptedException {
    outbox.awaitRoom();
    node.gate().await();
  }

  /** The handshake is complete: the peer may be silent from now on. */
  void established() {
    try {
      socket.setSoTimeout(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void close() {
    outbox.close();
    closeSocket();
    reader.interrupt();
    writer.interrupt();
  }

  private void read() {
    String command = "";
    try {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(HANDSHAKE_TIMEOUT_MILLIS);
      InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
      while (true) {
        command = "";
        WireMessage message = Frames.read(in, peer::lost);
        command = message.command();
        awaitTurn();
        peer.handle(message);
      }
    } catch (PeerViolationException e) {
      disconnect(command, e.reason());
    } catch (SocketTimeoutException e) {
      disconnect(command, "handshake timeout");
    } catch (IOException | UncheckedIOException e) {
      log.debug("connection {} ended: {}", id, e.toString());
    } catch (InterruptedException e) {
      log.debug("connection {} closed", id);
    } catch (RuntimeException e) {
      log.error("connection {} failed on {}", id, command, e);
    } finally {
      outbox.finish();
      node.gone(this);
    }
  }

  private void disconnect(String command, String reason) {
    log.info("connection {} is ended because of {}: {}", id, command, reason);
    node.violation(id, command, reason);
  }

  /** Writes until there is nothing left to write and never will be, and closes the socket then. */
  private void write() {
    try {
      OutputStream out = socket.getOutputStream();
      for (byte @Nullable [] frame = outbox.take(); frame != null; frame = outbox.take()) {
        out.write(frame);
        node.sentBytes(frame.length);
      }
    } catch (IOException | InterruptedException e) {
      log.debug("connection {} cannot be written to any more: {}", id, e.toString());
    } finally {
      outbox.close();
      closeSocket();
    }
  }

  private void closeSocket() {
    try {
      socket.close();
    } catch (IOException e) {
      log.debug("connection {} does not close: {}", id, e.toString());
    }
  }

  private Thread daemon(String role, Runnable work) {
    Thread thread = new Thread(work, "regtest-node-" + role + "-" + id);
    thread.setDaemon(true);
    return thread;
  }
}
