package org.bitcoinmultiplexer.examples.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * Where load is sent.
 *
 * @param way what it goes through
 * @param port of this machine
 * @param process the proxy; null if there is none
 */
record Target(Way way, int port, @Nullable Child process) implements AutoCloseable {

  long cpuNanos() {
    return process == null ? 0 : process.cpuNanos();
  }

  /** Ends the proxy. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
  }

  /** Asks a proxy of ours for a number; 0 of others. */
  long ask(String question) {
    return process == null || !way.isOurs() ? 0 : process.ask(question);
  }
}
