package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.Faucet;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A bitcoind that comes back as another one behind the same sessions: what is told is what it has.
 */
@NeedsBitcoind
@Timeout(120)
class AnotherNodeTest {

  private static final int PAYMENTS = 30;
  private static final byte[] SCRIPT = {0x52};

  @ParameterizedTest
  @EnumSource(names = {"KEY", "CACHE"})
  void itsChainAndItsMempoolAreFollowed(Way way, @TempDir Path directory) throws IOException {
    try (Bitcoind node =
        Bitcoind.start(
            directory,
            "-peerbloomfilters=0",
            "-whitelist=noban,relay,mempool,download@127.0.0.1")) {
      Faucet faucet = new Faucet(node, Faucet.Kind.WITNESS);
      faucet.mine(Faucet.MATURITY + PAYMENTS);
      for (int i = 0; i < PAYMENTS; i++) {
        node.submit(faucet.any());
      }
      Set<String> before = node.mempool();
      assertThat(before).hasSize(PAYMENTS);

      try (ProxyUnderTest.Running proxy =
              ProxyUnderTest.between(new LibraryProxy(), node.address(), way);
          RawClient client = RawClient.to(proxy.address()).connect()) {
        awaitMempool(client, before);

        node.kill();
        wipe(directory.resolve("regtest"));
        node.restart();
        node.mine(50, SCRIPT);
        client.expectInv(node.tip());
        awaitMempool(client, Set.of());
        client.getHeaders(List.of(Wire.GENESIS), Wire.ZERO_HASH);
        assertThat(Wire.headers(client.expect("headers").payload()))
            .hasSize(50)
            .last()
            .isEqualTo(node.tip());
        try (RawClient later = RawClient.to(proxy.address()).connect()) {
          assertThat(later.server().height()).isEqualTo(50);
        }
      }
    }
  }

  private static void awaitMempool(RawClient client, Set<String> expected) {
    Await.until(
        () -> expected.size() + " payments are named", () -> named(client).equals(expected));
  }

  private static Set<String> named(RawClient client) {
    Set<String> named = new TreeSet<>();
    for (Received message : client.ask("mempool", new byte[0])) {
      if (message.command().equals("inv")) {
        for (Item item : Wire.items(message.payload())) {
          named.add(item.hash());
        }
      }
    }
    return named;
  }

  private static void wipe(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
