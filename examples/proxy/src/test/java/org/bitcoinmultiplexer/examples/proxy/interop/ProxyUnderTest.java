package org.bitcoinmultiplexer.examples.proxy.interop;

import java.net.InetSocketAddress;

/** Makes what stands between clients and node. */
@FunctionalInterface
interface ProxyUnderTest {

  /**
   * Starts one on regtest.
   *
   * @param node what it dials
   * @param way how it is configured; never {@link Way#DIRECT}
   */
  Running start(InetSocketAddress node, Way way);

  /** Starts one, or nothing where nothing is wanted. */
  static Running between(ProxyUnderTest proxy, InetSocketAddress node, Way way) {
    return way == Way.DIRECT ? new Running(node, () -> {}) : proxy.start(node, way);
  }

  /**
   * What was started.
   *
   * @param address where clients connect
   * @param end ends it
   */
  record Running(InetSocketAddress address, Runnable end) implements AutoCloseable {
    @Override
    public void close() {
      end.run();
    }
  }
}
