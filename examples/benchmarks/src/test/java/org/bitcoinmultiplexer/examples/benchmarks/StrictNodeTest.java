package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stands in for a bitcoind under attack. */
@Timeout(60)
class StrictNodeTest {

  private final TestChain chain = TestChain.make();
  private BareNode node;

  @BeforeEach
  void start() throws IOException {
    node = BareNode.strict(chain);
    node.start();
  }

  private Conversation open() throws IOException {
    return Conversation.open(node.port(), Network.REGTEST);
  }

  private static void asks(Conversation conversation, Block block) throws IOException {
    conversation.write(ByteBuffer.wrap(Wire.getData(Network.REGTEST, block.hash())));
  }

  @Test
  void hangsUpOnWhoAsksForADeepBlockAndOnNobodyElse() throws Exception {
    try (Conversation one = open();
        Conversation other = open()) {
      asks(one, chain.recent().get(0));
      one.pingPong();
      asks(one, chain.small().get(0));
      assertThatThrownBy(one::awaitEnd).isInstanceOf(EOFException.class);
      other.pingPong();
    }
  }

  @Test
  void servesOthersBetweenTwoSlowTransactions() throws Exception {
    SlowTransaction.Variants variants = new SlowTransaction.Variants(TestChain.coin(), 0);
    AtomicBoolean done = new AtomicBoolean();
    try (Conversation flooder = open();
        Conversation other = open()) {
      for (int i = 0; i < 4; i++) {
        flooder.write(ByteBuffer.wrap(Wire.frame(Network.REGTEST, "tx", variants.next())));
      }
      Thread waiting =
          new Thread(
              () -> {
                try {
                  flooder.pingPong();
                  done.set(true);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              });
      waiting.start();
      other.pingPong();
      assertThat(done).isFalse();
      waiting.join();
      assertThat(done).isTrue();
    }
  }
}
