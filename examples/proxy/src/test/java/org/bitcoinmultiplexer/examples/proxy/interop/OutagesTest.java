package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeSet;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.bitcoinmultiplexer.testing.Slow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nodes that are killed or freeze, one after the other, under load: no client is lost, no answer is
 * wrong, and what was accepted of a client is in the mempool of the node that is left.
 *
 * <p>System properties: {@code outages.kills} (2) and {@code outages.freezes} (1).
 */
@NeedsBitcoind
@Slow("some minutes")
@Timeout(1_800)
class OutagesTest {

  private static final int CLIENTS = 8;
  private static final Duration SOON = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(strings = {"key", "cache"})
  void costNoClientAndNoPayment(String strategy, @TempDir Path directory) throws IOException {
    int kills = Integer.getInteger("outages.kills", 2);
    int freezes = Integer.getInteger("outages.freezes", 1);
    try (TwoNodes nodes = new TwoNodes(directory, TwoNodes.TRUST, TwoNodes.TRUST).inStep();
        BitcoinMultiplexer multiplexer = nodes.multiplexer(strategy)) {
      InetSocketAddress address = TwoNodes.listen(multiplexer);
      TreeSet<String> payments = new TreeSet<>();
      try (RawClient wallet = RawClient.to(address).connect();
          Load load = new Load(address, nodes.chain(), CLIENTS, 1)) {
        load.awaitMore(3);
        for (int outage = 0; outage < kills + freezes; outage++) {
          Bitcoind failing = outage % 2 == 0 ? nodes.first() : nodes.second();
          Bitcoind left = outage % 2 == 0 ? nodes.second() : nodes.first();
          payments.add(pay(wallet, nodes.chain()));
          long began = System.nanoTime();
          boolean isFreeze = outage >= kills;
          if (isFreeze) {
            failing.freeze();
          } else {
            failing.kill();
          }
          load.awaitMore(2);
          TwoNodes.awaitMempool(left, payments);
          assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);
          if (isFreeze) {
            failing.thaw();
          } else {
            failing.restart();
          }
        }
        load.end();
        assertThat(multiplexer.stats().clients()).isEqualTo(CLIENTS + 1);
        assertThat(multiplexer.stats().counter("client.closed.unanswered")).isZero();
      }
    }
  }

  /** A payment of which the wallet is told that the node has it. */
  private static String pay(RawClient wallet, KnownChain chain) {
    byte[] payment = chain.faucet().any();
    String id = Wire.txid(payment);
    wallet.send("tx", payment);
    wallet.expect(
        "inv",
        payload -> Wire.items(payload).stream().map(Item::hash).anyMatch(hash -> hash.equals(id)));
    return id;
  }

  @Test
  void aNodeThatIsFrozenFromTheStartIsPassedOver(@TempDir Path directory) throws IOException {
    try (TwoNodes nodes = new TwoNodes(directory, TwoNodes.TRUST, TwoNodes.TRUST).inStep()) {
      nodes.first().freeze();
      long began = System.nanoTime();
      try (BitcoinMultiplexer multiplexer = nodes.multiplexer("key");
          RawClient client = RawClient.to(TwoNodes.listen(multiplexer)).connect()) {
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
        client.getData(new Item(Item.BLOCK, nodes.chain().at(1)));
        client.expect("block");
      } finally {
        nodes.first().thaw();
      }
    }
  }
}
