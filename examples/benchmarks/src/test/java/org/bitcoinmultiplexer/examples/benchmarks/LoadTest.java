package org.bitcoinmultiplexer.examples.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;

class LoadTest {

  private static final Duration SHORT = Duration.ofMillis(20);

  private final List<Block> chain = TestChain.make().small().subList(0, 50);

  @Test
  void countsTheBlocksThatCame() throws IOException {
    try (Load load = connect(chain, 10)) {
      Latencies latencies = load.run(SHORT);

      assertThat(latencies.count()).isGreaterThanOrEqualTo(10);
      assertThat(latencies.micros(50)).isPositive().isLessThanOrEqualTo(latencies.micros(99));
    }
  }

  @Test
  void countsABlockForAllOnce() throws IOException {
    try (Load load = connect(chain, 10)) {
      assertThat(load.runTogether(Duration.ZERO).count()).isEqualTo(1);
    }
  }

  @Test
  void asksAsOftenAsItShould() throws IOException {
    try (Load load = connect(chain, 20)) { // each is asked once, however slow the machine is
      assertThat(load.runPaced(SHORT, 1_000).count()).isEqualTo(20);
    }
  }

  @Test
  void asksForAllHeadersOfAChainOnce() throws IOException {
    HeaderList headers = HeaderList.mine(4_500);
    BareNode node = new BareNode(Network.REGTEST, headers);
    node.start();
    List<Question> questions = Question.forAll(Network.REGTEST, headers);
    assertThat(questions).hasSize(3);
    try (Load load = Load.connect(node.port(), Network.REGTEST, questions, 5)) {
      assertThat(load.runThrough().count()).isEqualTo(15);
    }
  }

  @Test
  void refusesABlockThatDiffersInOneByte() throws IOException {
    Block real = chain.get(0);
    byte[] other = real.bytes().clone();
    other[other.length - 1] ^= 1;
    try (Load load = connect(List.of(new Block(real.hash(), other)), 1)) {
      assertThatThrownBy(() -> load.run(SHORT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not asked for");
    }
  }

  @Test
  void refusesAnotherBlockThanItAskedFor() throws IOException {
    Block other = new Block(chain.get(0).hash(), chain.get(1).bytes());
    try (Load load = connect(List.of(other), 1)) {
      assertThatThrownBy(() -> load.run(SHORT))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("not asked for");
    }
  }

  @Test
  void asksForHeadersOfADistantNode() throws IOException {
    BareNode node = new BareNode(Network.REGTEST, chain, List.of());
    node.start();
    DelayLine line = new DelayLine(node.port(), Duration.ofMillis(3));
    line.start();
    List<Question> questions = Question.forHeaders(Network.REGTEST, chain);
    try (Load load = Load.connect(line.port(), Network.REGTEST, questions, 10)) {
      assertThat(load.run(SHORT).micros(1)).isGreaterThanOrEqualTo(6_000);
    }
  }

  private Load connect(List<Block> served, int clients) throws IOException {
    BareNode node = new BareNode(Network.REGTEST, served, List.of());
    node.start();
    List<Question> questions = Question.forBlocks(Network.REGTEST, chain.subList(0, served.size()));
    return Load.connect(node.port(), Network.REGTEST, questions, clients);
  }
}
