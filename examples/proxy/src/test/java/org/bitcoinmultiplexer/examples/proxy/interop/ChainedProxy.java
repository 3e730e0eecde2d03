package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.api.Stats;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;

/**
 * Two multiplexers, one behind the other: the edge that clients connect to is a client of the root,
 * which alone knows the node. What the edge asks it asks by number, and never once otherwise.
 */
final class ChainedProxy implements ProxyUnderTest {

  private final boolean nodeTakesNumbers;

  /** Of which the root asks the node by number as well, or not at all so. */
  ChainedProxy(boolean nodeTakesNumbers) {
    this.nodeTakesNumbers = nodeTakesNumbers;
  }

  @Override
  public Running start(InetSocketAddress node, Way way) {
    BitcoinMultiplexer root = multiplexer(node, way);
    InetSocketAddress middle = open(root);
    BitcoinMultiplexer edge = multiplexer(middle, way);
    return new Running(
        open(edge),
        () -> {
          // What is being asked this moment counts in one place and not yet in the other.
          awaitNumbers("the edge", edge, true);
          awaitNumbers("the root", root, nodeTakesNumbers);
          Stats asked = edge.stats();
          Stats answered = root.stats();
          edge.close();
          root.close();
          assertThat(asked.counter("upstream.requests")).as("requests of the edge").isPositive();
          assertThat(asked.counter("upstream.lost")).as("times the edge lost the root").isZero();
          assertThat(answered.counter("client.accepted")).as("edges at the root").isEqualTo(1);
        });
  }

  private static void awaitNumbers(String who, BitcoinMultiplexer multiplexer, boolean all) {
    Await.until(
        () -> (all ? "each request of " : "no request of ") + who + " has a number",
        () -> {
          Stats stats = multiplexer.stats();
          // What clients submit has a number as well.
          long written = stats.counter("upstream.requests") + stats.counter("upstream.submissions");
          return stats.counter("upstream.numbered") == (all ? written : 0);
        });
  }

  private static BitcoinMultiplexer multiplexer(InetSocketAddress upstream, Way way) {
    return BitcoinMultiplexer.builder()
        .set("network", "regtest")
        .upstream(upstream.getAddress().getHostAddress() + ":" + upstream.getPort())
        .strategy(way.strategy())
        .build();
  }

  private static InetSocketAddress open(BitcoinMultiplexer multiplexer) {
    try {
      multiplexer.start();
      return multiplexer
          .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
          .address();
    } catch (IOException e) {
      multiplexer.close();
      throw new UncheckedIOException(e);
    }
  }
}
