package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class UnderAttackTest {

  private static final int ATTACKERS = Attack.FILTERS.attackers();
  private static final int ROUNDS = 2;
  private static final int BLOCKS = 2 * ROUNDS;

  @Test
  void pingsAreAnsweredWhileFiltersAreMatched() throws Exception {
    BareNode node =
        new BareNode(Network.REGTEST, TestChain.make().all(), List.of(TestChain.plain()));
    node.start();
    try (BitcoinMultiplexer multiplexer =
        BitcoinMultiplexer.builder()
            .network(Network.REGTEST)
            .upstream("127.0.0.1:" + node.port())
            .build()) {
      multiplexer.start();
      int port =
          multiplexer
              .listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
              .address()
              .getPort();
      AtomicInteger done = new AtomicInteger();
      for (int i = 0; i < ATTACKERS; i++) {
        attack(port, i, done);
      }
      int pongs = 0;
      try (Conversation innocent = Conversation.open(port, Network.REGTEST)) {
        while (done.get() < ATTACKERS) {
          innocent.pingPong();
          pongs++;
        }
      }
      assertThat(multiplexer.stats().counter("client.bloom.blocks")).isEqualTo(ATTACKERS * BLOCKS);
      // Each block is tens of milliseconds of work; a ping is answered after each one of them.
      assertThat(pongs).isGreaterThan(100 * ATTACKERS * BLOCKS);
    }
  }

  private static void attack(int port, int attacker, AtomicInteger done) {
    Thread thread =
        new Thread(
            () -> {
              try (Conversation conversation = Conversation.open(port, Network.REGTEST)) {
                conversation.write(ByteBuffer.wrap(Attack.filterLoad(Network.REGTEST, attacker)));
                for (int i = 0; i < ROUNDS; i++) {
                  conversation.write(ByteBuffer.wrap(Attack.filteredBlocks(Network.REGTEST)));
                }
                conversation.pingPong();
                done.incrementAndGet();
              } catch (IOException e) {
                throw new IllegalStateException("an attacker was thrown out", e);
              }
            },
            "attacker " + attacker);
    thread.setDaemon(true);
    thread.start();
  }
}
