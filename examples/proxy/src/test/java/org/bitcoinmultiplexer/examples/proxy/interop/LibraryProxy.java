package org.bitcoinmultiplexer.examples.proxy.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.bitcoinmultiplexer.BitcoinMultiplexer;

/** The library as an embedder uses it, in this process. */
final class LibraryProxy implements ProxyUnderTest {

  @Override
  public Running start(InetSocketAddress node, Way way) {
    BitcoinMultiplexer multiplexer =
        BitcoinMultiplexer.builder()
            .set("network", "regtest")
            .upstream(node.getAddress().getHostAddress() + ":" + node.getPort())
            .strategy(way.strategy())
            .clientThreads(way == Way.CACHE ? 2 : 1) // so that both kinds are tried
            .build();
    try {
      multiplexer.start();
      InetSocketAddress address =
          multiplexer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).address();
      return new Running(address, multiplexer::close);
    } catch (IOException e) {
      multiplexer.close();
      throw new UncheckedIOException(e);
    }
  }
}
