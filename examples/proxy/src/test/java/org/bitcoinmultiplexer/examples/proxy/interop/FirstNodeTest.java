package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who comes before the first node is known. */
@Timeout(60)
class FirstNodeTest {

  private static final InetAddress HERE = InetAddress.getLoopbackAddress();

  private final CompletableFuture<String> closed = new CompletableFuture<>();

  private BitcoinMultiplexer multiplexer(InetSocketAddress node) {
    BitcoinMultiplexer multiplexer =
        BitcoinMultiplexer.builder()
            .set("network", "regtest")
            .upstream(node.getAddress().getHostAddress() + ":" + node.getPort())
            .listener(
                new MultiplexerListener() {
                  @Override
                  public void onClientClosed(String client, String reason) {
                    closed.complete(reason);
                  }
                })
            .build();
    multiplexer.start();
    return multiplexer;
  }

  @Test
  void waitsAWhileAndIsClosedWithTheReason() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, HERE);
        BitcoinMultiplexer multiplexer =
            multiplexer(new InetSocketAddress(HERE, silent.getLocalPort()))) {
      InetSocketAddress address = multiplexer.listen(new InetSocketAddress(HERE, 0)).address();
      long since = System.nanoTime();
      try (RawClient client = RawClient.to(address).open()) {
        client.sendBytes(client.hello());
        client.awaitClosed();
        assertThat(System.nanoTime() - since).isGreaterThanOrEqualTo(TimeUnit.SECONDS.toNanos(3));
        assertThat(closed.get()).isEqualTo("no node is known yet, 3 s after it said hello");
      }
    }
  }

  @Test
  void isGreetedAsSoonAsThereIsOne() throws Exception {
    try (EmbeddedNode node = new EmbeddedNode()) {
      node.kill();
      try (BitcoinMultiplexer multiplexer = multiplexer(node.address())) {
        InetSocketAddress address = multiplexer.listen(new InetSocketAddress(HERE, 0)).address();
        try (RawClient client = RawClient.to(address).open()) {
          client.sendBytes(client.hello());
          node.restart();
          client.expect("verack");
          assertThat(closed).isNotDone();
        }
      }
    }
  }
}
