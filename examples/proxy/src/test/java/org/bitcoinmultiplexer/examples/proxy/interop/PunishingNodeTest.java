package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A bitcoind hangs up on who asks it for certain blocks: that costs whoever asked, nobody else. */
@NeedsBitcoind
@Timeout(120)
class PunishingNodeTest {

  private static final int DEEP = 10;

  private static BitcoinMultiplexer multiplexer(String strategy, Bitcoind... nodes)
      throws IOException {
    BitcoinMultiplexer multiplexer =
        BitcoinMultiplexer.builder()
            .set("network", "regtest")
            .strategy(strategy)
            .set(
                "upstream",
                Arrays.stream(nodes)
                    .map(node -> "127.0.0.1:" + node.address().getPort())
                    .collect(Collectors.joining(",")))
            .build();
    multiplexer.start();
    Await.until(() -> "it has its node", () -> multiplexer.stats().upstreamReady());
    return multiplexer;
  }

  private static InetSocketAddress listen(BitcoinMultiplexer multiplexer) throws IOException {
    return multiplexer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).address();
  }

  private static void isServed(RawClient client, KnownChain chain, int height) {
    client.getData(new Item(Item.BLOCK, chain.at(height)));
    assertThat(Wire.blockHash(client.expect("block").payload())).isEqualTo(chain.at(height));
  }

  private static long lost(BitcoinMultiplexer multiplexer) {
    return multiplexer.stats().counter("upstream.lost");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence", "cache"})
  void aBlockThatAPrunedNodeDoesNotGiveClosesOnlyWhoAsksForIt(
      String strategy, @TempDir Path directory) throws IOException {
    try (Bitcoind node = Bitcoind.start(directory, "-prune=550")) {
      KnownChain chain = new KnownChain(node);
      chain.mine(600 - chain.height());
      try (BitcoinMultiplexer multiplexer = multiplexer(strategy, node)) {
        InetSocketAddress address = listen(multiplexer);
        try (RawClient innocent = RawClient.to(address).connect()) {
          for (int i = 0; i < 3; i++) {
            try (RawClient wallet = RawClient.to(address).connect()) {
              wallet.getData(new Item(Item.BLOCK, chain.at(DEEP + i)));
              isServed(innocent, chain, chain.height() - i);
              wallet.awaitClosed();
            }
          }
          isServed(innocent, chain, chain.height() - 280);
          innocent.fence();
          assertThat(lost(multiplexer)).isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "cache"})
  void whoHasThePermissionIsGivenIt(String strategy, @TempDir Path directory) throws IOException {
    try (Bitcoind node = Bitcoind.start(directory, "-prune=550", "-whitelist=noban@127.0.0.1")) {
      KnownChain chain = new KnownChain(node);
      chain.mine(600 - chain.height());
      try (BitcoinMultiplexer multiplexer = multiplexer(strategy, node);
          RawClient wallet = RawClient.to(listen(multiplexer)).connect()) {
        for (int height = DEEP; height < 20; height++) {
          isServed(wallet, chain, height);
        }
        assertThat(lost(multiplexer)).isZero();
        assertThat(multiplexer.stats().counter("upstream.beside")).isEqualTo(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "cache"})
  void aNodeThatHasAllBlocksGivesIt(String strategy, @TempDir Path one, @TempDir Path other)
      throws IOException {
    try (Bitcoind pruned = Bitcoind.start(one, "-prune=550");
        Bitcoind whole = Bitcoind.start(other)) {
      KnownChain chain = new KnownChain(whole);
      chain.mine(600 - chain.height());
      pruned.dial(whole.address());
      pruned.awaitHeight(chain.height());
      Set<String> before = pruned.inboundPeers();
      try (BitcoinMultiplexer multiplexer = multiplexer(strategy, pruned, whole);
          RawClient wallet = RawClient.to(listen(multiplexer)).connect()) {
        for (int height = DEEP; height < 20; height++) {
          isServed(wallet, chain, height);
        }
        isServed(wallet, chain, chain.height());
        assertThat(lost(multiplexer)).isZero();
        assertThat(pruned.inboundPeers()).hasSizeGreaterThan(before.size());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence", "cache"})
  void anOldBlockWhenTheUploadTargetIsSpentCostsTheConnectionOnce(
      String strategy, @TempDir Path directory) throws IOException {
    try (Bitcoind node = Bitcoind.start(directory, "-maxuploadtarget=1")) {
      node.rpc("setmocktime", Instant.now().minus(Duration.ofDays(30)).getEpochSecond());
      KnownChain chain = new KnownChain(node);
      node.rpc("setmocktime", 0);
      chain.mine(20);
      try (BitcoinMultiplexer multiplexer = multiplexer(strategy, node)) {
        InetSocketAddress address = listen(multiplexer);
        try (RawClient innocent = RawClient.to(address).connect()) {
          for (int i = 0; i < 3; i++) {
            try (RawClient wallet = RawClient.to(address).connect()) {
              wallet.getData(new Item(Item.BLOCK, chain.at(DEEP + i)));
              isServed(innocent, chain, chain.height() - i);
              wallet.awaitClosed();
            }
          }
          isServed(innocent, chain, chain.height() - 5);
          assertThat(lost(multiplexer)).isEqualTo(1);
          assertThat(multiplexer.stats().counter("exchange.refused")).isEqualTo(3);
        }
      }
    }
  }
}
