package org.bitcoinmultiplexer.examples.benchmarks;

import org.jspecify.annotations.Nullable;

/**
 * Where load is sent.
 *
 * @param way what it goes through
 * @param port of this machine
 * @param process the proxy; null if there is none
 * @param root the proxy behind the proxy, whose processor time counts as well; null if there is
 *     none
 */
record Target(Way way, int port, @Nullable Child process, @Nullable Child root)
    implements AutoCloseable {

  /** A way with one proxy, or none. */
  Target(Way way, int port, @Nullable Child process) {
    this(way, port, process, null);
  }

  long cpuNanos() {
    return cpuNanos(process) + cpuNanos(root);
  }

  private static long cpuNanos(@Nullable Child child) {
    return child == null ? 0 : child.cpuNanos();
  }

  /** Ends what is on the way, nearest first. */
  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
    if (root != null) {
      root.close();
    }
  }

  /** Asks a proxy of ours for a number; 0 of others. */
  long ask(String question) {
    return process == null || !way.isOurs() ? 0 : process.ask(question);
  }
}
