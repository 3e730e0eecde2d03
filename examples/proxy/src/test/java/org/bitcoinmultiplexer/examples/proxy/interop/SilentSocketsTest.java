package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that say nothing take every place, and keep nobody out. */
@Timeout(60)
class SilentSocketsTest {

  private static final int PLACES = 10;

  /** An address of this machine that is not the loopback: clients from there may be anybody. */
  private static Optional<InetAddress> address() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
        .findFirst();
  }

  @Test
  void whoComesTakesThePlaceOfTheOldestThatHasNotShakenHands() throws IOException {
    Optional<InetAddress> outside = address();
    assumeThat(outside).as("an address beside the loopback's").isPresent();
    List<Socket> silent = new ArrayList<>();
    try (EmbeddedNode node = new EmbeddedNode();
        BitcoinMultiplexer multiplexer =
            BitcoinMultiplexer.builder()
                .set("network", "regtest")
                .set("clients.max", Integer.toString(PLACES))
                .set("upstream", "127.0.0.1:" + node.address().getPort())
                .build()) {
      multiplexer.start();
      Await.until(() -> "it has its node", () -> multiplexer.stats().upstreamReady());
      int port = multiplexer.listen(new InetSocketAddress(0)).address().getPort();
      for (int i = 0; i < PLACES; i++) {
        silent.add(new Socket(outside.get(), port));
        int come = i + 1;
        Await.until(() -> "it is there", () -> multiplexer.stats().clients() == come);
      }
      InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
      try (RawClient first = RawClient.to(here).connect();
          RawClient second = RawClient.to(here).connect()) {
        first.fence();
        second.fence();
        for (Socket oldest : silent.subList(0, 2)) {
          oldest.setSoTimeout(10_000);
          assertThat(oldest.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(multiplexer.stats().clients()).isEqualTo(PLACES);
        assertThat(multiplexer.stats().counter("client.closed.evicted")).isEqualTo(2);
        assertThat(multiplexer.stats().counter("client.refused")).isZero();
      }
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }
}
