package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * Good clients that come, one after the other, are answered a ping, and go: until this is closed.
 */
final class Newcomers implements AutoCloseable {

  private static final long PAUSE_MILLIS = 100;

  private final int port;
  private final Network network;
  private final Thread thread = new Thread(this::come, "newcomers");
  private final Latencies latencies = new Latencies();
  private volatile boolean closed;
  private int refused;

  Newcomers(int port, Network network) {
    this.port = port;
    this.network = network;
    thread.start();
  }

  private void come() {
    while (!closed) {
      long begun = System.nanoTime();
      try (Conversation conversation = Conversation.open(port, network)) {
        conversation.pingPong();
        latencies.add(System.nanoTime() - begun);
      } catch (IOException e) {
        refused++;
      }
      Pause.millis(PAUSE_MILLIS);
    }
    latencies.end(0);
  }

  /** How long it took from the first step to the answer. Once this is closed. */
  Latencies latencies() {
    return latencies;
  }

  /** How many were not let in, or not answered. Once this is closed. */
  int refused() {
    return refused;
  }

  @Override
  public void close() {
    closed = true;
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
