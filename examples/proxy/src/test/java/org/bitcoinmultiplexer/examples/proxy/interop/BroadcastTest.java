package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.api.BroadcastResult;
import org.bitcoinmultiplexer.api.BroadcastResult.Status;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** An embedder hands in a transaction and is told what became of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class BroadcastTest {

  private static final Duration PATIENCE = Await.PATIENCE;

  private EmbeddedNode node;
  private KnownChain chain;

  @BeforeAll
  void mine() {
    node = new EmbeddedNode();
    chain = new KnownChain(node);
  }

  @AfterAll
  void endNode() {
    node.close();
  }

  private BitcoinMultiplexer multiplexer(String strategy) {
    return BitcoinMultiplexer.builder()
        .set("network", "regtest")
        .upstream("127.0.0.1:" + node.address().getPort())
        .strategy(strategy)
        .build();
  }

  private static BroadcastResult result(CompletableFuture<BroadcastResult> future) {
    return Await.result(future, () -> "it is known what became of it");
  }

  @Test
  void aPaymentIsAcceptedAndARestartOfTheNodeMakesNoDifference() {
    try (BitcoinMultiplexer multiplexer = multiplexer("key")) {
      byte[] early = chain.faucet().any();
      CompletableFuture<BroadcastResult> accepted = multiplexer.broadcast(early, PATIENCE);
      multiplexer.start();
      assertThat(result(accepted).status()).isEqualTo(Status.ACCEPTED);
      assertThat(node.mempool()).contains(Wire.txid(early));

      node.kill();
      byte[] meanwhile = chain.faucet().any();
      accepted = multiplexer.broadcast(meanwhile, PATIENCE);
      node.restart();
      assertThat(result(accepted).status()).isEqualTo(Status.ACCEPTED);
      assertThat(node.mempool()).contains(Wire.txid(meanwhile));
    }
  }

  @Test
  void whatSpendsNothingThereIsIsNeverAccepted() {
    try (BitcoinMultiplexer multiplexer = multiplexer("key")) {
      multiplexer.start();
      byte[] forged = chain.faucet().forge(new byte[] {0x51}, "1");
      BroadcastResult result = result(multiplexer.broadcast(forged, Duration.ofSeconds(1)));
      assertThat(result.status()).isEqualTo(Status.TIMED_OUT);
      assertThat(result(multiplexer.broadcast(new byte[] {1}, PATIENCE)).status())
          .isEqualTo(Status.REJECTED);
    }
  }

  @Test
  void itIsSaidWhereNothingCanBeBroadcast() {
    BitcoinMultiplexer closed = multiplexer("key");
    CompletableFuture<BroadcastResult> never = closed.broadcast(chain.faucet().any(), PATIENCE);
    closed.close();
    assertThatThrownBy(never::join).hasCauseInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> closed.broadcast(new byte[0], PATIENCE))
        .isInstanceOf(IllegalStateException.class);
    try (BitcoinMultiplexer passthrough = multiplexer("passthrough")) {
      assertThatThrownBy(() -> passthrough.broadcast(new byte[0], PATIENCE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("passthrough");
    }
  }
}
