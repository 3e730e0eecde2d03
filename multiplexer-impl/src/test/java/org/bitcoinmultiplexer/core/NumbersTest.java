package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Numbered requests to the node, and requests of clients that need no order. */
class NumbersTest extends EngineFixture {

  @Test
  void aNodeThatAgreedIsAskedByNumberAndWithoutMarkers() {
    start("sequence");
    ToyTransport node = numberedNode(5);
    ToyTransport alice = client();
    ToyTransport bob = client();

    alice.says("ask", "why");
    bob.says("ask", "why");
    bob.says("get", "b");
    assertThat(node.heard())
        .containsExactly(
            "number REQUEST 0",
            "ask why",
            "number REQUEST 1",
            "ask why",
            "number REQUEST 2",
            "get b");
    node.says("number", "LAST 2");
    node.says("item", "b=value of b");
    node.says("number", "LAST 1");
    node.says("told", "why");
    node.says("number", "END 0");

    assertThat(bob.heard()).containsExactly("told why", "item b=value of b");
    assertThat(alice.heard()).containsExactly("nothing why");
    assertThat(engine.stats().counter("upstream.numbered")).isEqualTo(3);
  }

  @Test
  void otherStrategiesDoNotNumber() {
    start("key");
    ToyTransport node = numberedNode(5);
    client().says("get", "a");

    assertThat(node.heard()).containsExactly("get a", "mark 1");
    node.says("item", "a=value of a");
    assertThat(engine.stats().counter("upstream.numbered")).isZero();
  }

  @Test
  void keepsToTheWindowOfTheNode() {
    start("sequence");
    ToyTransport node = numberedNode(2);
    ToyTransport alice = client();

    alice.says("get", "a,b,c");
    assertThat(node.heard()).hasSize(4);
    node.says("number", "LAST 1");
    node.says("item", "b=value of b");
    assertThat(node.heard()).containsExactly("number REQUEST 2", "get c");
  }

  @Test
  void aWrongAnswerIsALieAndAskedAgainOnTheSameConnection() {
    start("sequence");
    ToyTransport node = numberedNode(5);
    ToyTransport alice = client();

    alice.says("get", "a");
    node.heard();
    node.says("number", "LAST 0");
    node.says("item", "a=lie");
    assertThat(alice.heard()).isEmpty();
    assertThat(node.heard()).containsExactly("number REQUEST 1", "get a");
    node.says("number", "LAST 1");
    node.says("item", "a=value of a");

    assertThat(alice.heard()).containsExactly("item a=value of a");
    assertThat(engine.stats().counter("upstream.lies")).isEqualTo(1);
    assertThat(node.closed).isFalse();
  }

  @Test
  void whatTheNodeCouldNotFindOutHasFailedAndIsNotAbsent() {
    start("sequence");
    ToyTransport node = numberedNode(5);

    client().says("get", "a");
    node.says("number", "FAILED 0");

    assertThat(engine.stats().counter("exchange.failed")).isEqualTo(1);
    assertThat(engine.stats().counter("exchange.absent")).isZero();
  }

  @Test
  void whatFailedTakesUpNoRoomAnyMore() {
    start("sequence");
    ToyTransport node = numberedNode(100);
    List<ToyTransport> clients = IntStream.range(0, 40).mapToObj(i -> client()).toList();
    for (int i = 0; i < 40; i++) {
      clients.get(i).says("get", "big" + i);
    }
    int asked = 0;
    for (int now = requests(node); now > 0; now = requests(node)) {
      assertThat(now).as("large ones in flight").isLessThan(40);
      for (int i = 0; i < now; i++) {
        node.says("number", "FAILED " + asked++);
      }
    }

    assertThat(asked).isEqualTo(40);
    assertThat(engine.stats().counter("exchange.failed")).isEqualTo(40);
  }

  private static int requests(ToyTransport node) {
    return (int) node.heard().stream().filter(said -> said.startsWith("get")).count();
  }

  @Test
  void whatNobodyWaitsForIsCountedOnceWhateverBecomesOfIt() {
    start("sequence");
    ToyTransport node = numberedNode(5);
    ToyTransport alice = client();
    alice.says("get", "a");
    alice.close();
    loop.advance(Duration.ofSeconds(1));
    node.says("number", "FAILED 0");

    assertThat(engine.stats().counter("exchange.deserted")).isEqualTo(1);
    assertThat(engine.stats().counter("exchange.failed")).isZero();
  }

  @Test
  void aNumberThatIsNotInUseCostsTheNodeItsConnectionAndNobodyTheirAnswer() {
    start("sequence");
    ToyTransport node = numberedNode(5);
    ToyTransport alice = client();
    alice.says("get", "a");

    node.says("number", "LAST 7");

    assertThat(node.closed).isTrue();
    loop.advance(Duration.ofSeconds(2));
    ToyTransport next = node(first);
    assertThat(next.heard()).containsExactly("get a", "mark 1");
    next.says("item", "a=value of a");
    assertThat(alice.heard()).containsExactly("item a=value of a");
  }

  @Test
  void aFrameThatCannotBeUsedCostsANumberedNodeItsConnection() {
    start("sequence");
    ToyTransport node = numberedNode(5);
    node.damages("bad checksum");

    assertThat(node.closed).isTrue();
    assertThat(events.get(events.size() - 1)).contains("lost first", "bad checksum");
  }

  @Test
  void aFrameThatCannotBeUsedIsPassedOverWhereThereAreNoNumbers() {
    start("sequence");
    ToyTransport node = node(first);
    node.damages("bad checksum");

    assertThat(node.closed).isFalse();
  }

  @Test
  void aNodeThatNeverEndsOneAnswerIsGivenUpHoweverManyOthersItEnds() {
    start("sequence");
    ToyTransport node = numberedNode(5);
    ToyTransport alice = client();
    ToyTransport bob = client();
    alice.says("get", "a");

    for (int i = 1; i < 40 && !node.closed; i++) {
      bob.says("get", "b" + i);
      node.says("number", "LAST " + i);
      node.says("item", "b" + i + "=value");
      loop.advance(Duration.ofSeconds(10));
    }

    assertThat(node.closed).isTrue();
    assertThat(events)
        .filteredOn(event -> event.contains("lost first"))
        .first()
        .asString()
        .contains("never ends the answer to get");
  }

  @Test
  void aNodeThatOwesAnswersAndSaysNothingIsGivenUp() {
    start("sequence");
    ToyTransport node = numberedNode(5);
    client().says("get", "a");

    loop.advance(Duration.ofSeconds(70));

    assertThat(node.closed).isTrue();
  }

  @Test
  void whatNeedsNoOrderIsDeliveredAsItComesAndOvertakesWhatDoes() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "slow");
    alice.says("loose", "a,b");
    alice.says("mark", "7");
    alice.says("loose", "c");
    node.heard();

    node.says("item", "c=value of c");
    assertThat(alice.heard()).containsExactly("item c=value of c");
    node.says("item", "b=value of b");
    assertThat(alice.heard()).isEmpty();
    node.says("item", "a=value of a");
    assertThat(alice.heard()).containsExactly("item a=value of a", "item b=value of b");
    node.says("item", "slow=value of slow");
    assertThat(alice.heard()).containsExactly("item slow=value of slow", "echo 7");
  }

  @Test
  void whatNeedsNoOrderAndNoNodeIsDeliveredAtOnce() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "slow");
    alice.says("loose", "local1,local2");

    assertThat(alice.heard())
        .containsExactly("item local1=value of local1", "item local2=value of local2");
    node.heard();
  }

  @Test
  void batchesWithoutOrderAreAskedInTurnsSoThatALongOneDelaysNoShortOne() {
    Settings settings = withClientBuffer(10_000);
    start("key", settings);
    ToyTransport node = node(first);
    ToyTransport alice = client();
    String many = IntStream.range(0, 50).mapToObj(i -> "a" + i).collect(Collectors.joining(","));
    alice.says("loose", many);
    List<String> asked = node.heard();
    assertThat(String.join(" ", asked)).doesNotContain("a20");
    alice.says("loose", "short");
    for (int i = 0; i < 3; i++) {
      node.says("item", "a" + i + "=value");
    }

    assertThat(String.join(" ", node.heard())).contains("short");
  }

  @Test
  void theBudgetHoldsForWhatNeedsNoOrderToo() {
    start("key", withClientBuffer(10_000));
    ToyTransport node = node(first);
    ToyTransport alice = client();
    for (int i = 0; i < 50; i++) {
      alice.says("loose", "a" + i);
    }
    // A weight of 1,000 each.
    assertThat(node.heard().stream().filter(line -> line.startsWith("get"))).hasSize(10);
    assertThat(alice.reading).isTrue();
  }

  @Test
  void aClientThatLeavesWaitsForNothingThatNeedsNoOrder() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("loose", "a,b");
    node.heard();
    alice.hangsUp();

    assertThat(engine.stats().counter("exchange.deserted")).isEqualTo(2);
    node.says("item", "a=value of a");
    node.says("item", "b=value of b");
  }

  @Test
  void aFrameThatCannotBeUsedEndsTheSessionOfAClientThatNeedsEveryOne() {
    start("key");
    node(first);
    ToyTransport alice = client();
    alice.damages("bad checksum");
    assertThat(alice.closed).isFalse();

    alice.says("strict", "");
    alice.damages("bad checksum");

    assertThat(alice.closed).isTrue();
    assertThat(engine.stats().counter("client.closed.rejected")).isEqualTo(1);
  }

  private ToyTransport numberedNode(int window) {
    ToyTransport node = first.dialled.getLast();
    assertThat(node.heard()).containsExactly("hello");
    node.says("hello", Integer.toString(window));
    return node;
  }
}
