package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much the engine bears from a client, and how it ends. */
class EngineClientsTest extends EngineFixture {

  @Test
  void whatOneClientDoesWrongEndsNoOther() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport crashing = client();
    ToyTransport bad = client();
    crashing.says("crash", "");
    bad.says("bad", "");
    assertThat(crashing.closed).isTrue();
    assertThat(bad.closed).isTrue();
    assertThat(node.closed).isFalse();
    alice.says("get", "a");
    node.says("item", "a=value of a");
    assertThat(alice.heard()).containsExactly("item a=value of a");
    assertThat(engine.stats().counter("client.closed.bad-request")).isEqualTo(1);
    assertThat(engine.stats().counter("client.closed.internal-error")).isEqualTo(1);
    assertThat(protocol.closed()).isEqualTo(2);
  }

  @Test
  void aClientThatDoesNotReadIsAskedNothingMoreForThenNotReadFromThenClosed() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport slow = client();
    slow.unread = 4_000_001;
    slow.says("get", "a,b,c");
    assertThat(node.heard()).isEmpty();
    assertThat(slow.reading).isFalse();
    slow.unread = 0;
    slow.becomesWritable();
    assertThat(slow.reading).isTrue();
    assertThat(node.heard()).containsExactly("get a,b,c", "mark 1");

    slow.unread = 16_000_001;
    node.says("news", "rain");
    assertThat(slow.closed).isTrue();
    assertThat(engine.stats().counter("client.closed.slow-reader")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "remote"})
  void aClientThatDoesNotReadIsSentItsBufferAndNotItsWholeList(String kind) {
    start("key", withClientBuffer(1_000));
    ToyTransport node = node(first);
    ToyTransport slow = client();
    slow.takes = false;
    slow.says(
        "get", IntStream.range(0, 5_000).mapToObj(i -> kind + i).collect(Collectors.joining(",")));
    for (List<String> asked = node.heard(); !asked.isEmpty(); asked = node.heard()) {
      for (String name : asked.get(0).substring("get ".length()).split(",")) {
        node.says("item", name + "=" + "x".repeat(100));
      }
      echoesLastMark(node, asked);
    }
    assertThat(slow.unread).as("nearly 600,000 were asked for").isBetween(1_000L, 10_000L);

    slow.unread = 0;
    slow.becomesWritable();
    assertThat(slow.unread + node.heard().size()).as("it goes on").isNotZero();
  }

  @Test
  void aClientThatReadsSlowlyIsKeptUntilItReadsNothing() {
    start("key", withClientBuffer(1_000));
    node(first);
    ToyTransport slow = client();
    slow.takes = false;
    slow.says(
        "get",
        IntStream.range(0, 5_000).mapToObj(i -> "local" + i).collect(Collectors.joining(",")));
    for (int minutes = 0; minutes < 10; minutes += 2) {
      slow.unread = 0;
      slow.becomesWritable();
      assertThat(slow.unread).as("as much as before is on its way").isGreaterThan(1_000);
      loop.advance(Duration.ofMinutes(2));
      assertThat(slow.closed).as("after %d minutes", minutes).isFalse();
    }

    loop.advance(Duration.ofMinutes(2));
    assertThat(slow.closed).isTrue();
    assertThat(engine.stats().counter("client.closed.slow-reader")).isEqualTo(1);
  }

  @Test
  void aClientWhoseUnreadBytesStayIsClosedInTheEnd() {
    start("key");
    node(first);
    ToyTransport slow = client();
    slow.unread = 4_000_001;
    loop.advance(Duration.ofMinutes(6));
    assertThat(slow.closed).isTrue();
  }

  @Test
  void aClientWithTooManyOpenRequestsIsNotReadFromUntilHalfAreAnswered() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport busy = client();
    for (int i = 0; i < 257; i++) {
      busy.says("ask", "q" + i);
    }
    assertThat(busy.reading).isFalse();
    for (int i = 0; i < 200; i++) {
      List<String> heard = node.heard();
      node.says("told", "q" + i);
      echoesLastMark(node, heard);
    }
    assertThat(busy.reading).isTrue();
  }

  @Test
  void aClientWithTooManyBytesOfOpenRequestsIsNotReadFromUntilHalfAreAnswered() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport busy = client();
    for (int i = 0; i < 4; i++) {
      busy.says("ask", i + "x".repeat(499_999));
    }
    assertThat(busy.reading).isTrue();
    busy.says("ask", "4");
    assertThat(busy.reading).isFalse();
    for (int i = 0; i < 2; i++) {
      assertThat(busy.reading).isFalse();
      List<String> heard = node.heard();
      node.says("told", heard.get(0).substring("ask ".length()));
      echoesLastMark(node, heard);
    }
    echoesLastMark(node, node.heard());
    assertThat(busy.reading).isTrue();
  }

  @Test
  void silentClientsAreAskedAndThenClosed() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport silent = client();
    for (int i = 0; i < 19; i++) {
      loop.advance(Duration.ofMinutes(1));
      node.says("news", "keeps the node alive");
    }
    assertThat(silent.heard()).contains("there?");
    assertThat(silent.closed).isFalse();
    loop.advance(Duration.ofMinutes(2));
    assertThat(silent.closed).isFalse();
    node.says("news", "keeps the node alive");
    loop.advance(Duration.ofMinutes(2));
    assertThat(silent.closed).isTrue();
  }

  @Test
  void aHandshakeThatIsNotDoneInTimeEndsTheSession() {
    start("key");
    node(first);
    ToyTransport mute = new ToyTransport(loop, "mute");
    engine.accept(mute);
    loop.advance(Duration.ofSeconds(61));
    assertThat(mute.closed).isTrue();
    assertThat(engine.stats().counter("client.closed.handshake-timeout")).isEqualTo(1);
  }

  @Test
  void thereIsRoomForSoManyClientsAndNotOneMore() {
    start("key");
    node(first);
    for (int i = 0; i < 1_000; i++) {
      client();
    }
    ToyTransport oneTooMany = new ToyTransport(loop, "one too many");
    engine.accept(oneTooMany);
    loop.runTasks();
    assertThat(oneTooMany.closed).isTrue();
    assertThat(engine.stats().clients()).isEqualTo(1_000);
    assertThat(engine.stats().counter("client.refused")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "passthrough"})
  void silentConnectionsKeepNobodyOut(String strategy) {
    start(strategy);
    node(first);
    List<ToyTransport> silent =
        IntStream.range(0, 1_000)
            .mapToObj(i -> connect("10.0." + i / 250 + "." + i % 250 + ":1000"))
            .toList();
    ToyTransport alice = connect("203.0.113.7:1000");
    alice.says("hello", "");
    assertThat(alice.closed).isFalse();
    assertThat(silent.get(0).closed).isTrue();
    assertThat(silent.get(1).closed).isFalse();
    assertThat(engine.stats().clients()).isEqualTo(1_000);
    assertThat(engine.stats().counter("client.closed.evicted")).isEqualTo(1);
  }

  @Test
  void whoAsksAndLeavesKeepsNobodyOutHoweverLongTheNodeTakes() {
    start("key");
    node(first);
    for (int i = 0; i < 1_000; i++) {
      ToyTransport leaver = client();
      leaver.says("get", "a" + i);
      leaver.saysNoMore();
    }
    ToyTransport alice = client();
    assertThat(alice.closed).isFalse();
    assertThat(engine.stats().clients()).isEqualTo(1_000);
    assertThat(engine.stats().counter("client.closed.evicted")).isEqualTo(1);
  }

  @Test
  void whoAsksAndLeavesDelaysNobodyWhoStays() {
    start("serial");
    ToyTransport node = node(first);
    for (int i = 0; i < 100; i++) {
      ToyTransport leaver = client();
      leaver.says("get", "k" + i);
      leaver.saysNoMore();
    }
    ToyTransport alice = client();
    alice.says("get", "a");
    for (int i = 0; i < 2; i++) {
      node.says("item", "k" + i + "=1");
      node.says("echo", Integer.toString(i + 1));
    }
    assertThat(node.heard()).as("hers is every other turn").contains("get a");
    node.says("item", "a=1");
    assertThat(alice.heard()).containsExactly("item a=1");
  }

  @Test
  void whoSendsTooMuchIsNotReadFromForAWhileThoughItComesAgainAndOthersAre() {
    start("key");
    node(first);
    ToyTransport flood = greeted("203.0.113.7:1000");
    ToyTransport other = greeted("203.0.113.8:1000");
    while (flood.reading) {
      flood.says("hello", "");
    }
    other.says("hello", "");
    assertThat(other.reading).isTrue();
    flood.hangsUp();
    ToyTransport again = greeted("203.0.113.7:1001");
    for (int i = 0; i < 100; i++) {
      again.says("hello", "");
    }
    assertThat(again.reading).isFalse();
    assertThat(again.closed).isFalse();
    loop.advance(Duration.ofSeconds(5));
    assertThat(again.reading).isTrue();
    assertThat(engine.stats().counter("budget.delayed.messages")).isPositive();
  }

  @Test
  void whatIsOwedWaitsForRoomAndGoesOnWhenThereIsSome() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport hog = greeted("203.0.113.7:1000");
    hog.unread = Runtime.getRuntime().maxMemory();
    hog.becomesWritable();
    ToyTransport alice = greeted("203.0.113.8:1000");
    alice.says("get", "a");
    assertThat(node.heard()).isEmpty();
    assertThat(engine.stats().counter("budget.delayed.owed")).isPositive();
    hog.hangsUp();
    loop.advance(Duration.ofMillis(100));
    assertThat(node.heard()).contains("get a");
  }

  private ToyTransport greeted(String remote) {
    ToyTransport client = connect(remote);
    client.says("hello", "");
    return client;
  }

  private ToyTransport connect(String remote) {
    ToyTransport client = new ToyTransport(loop, remote);
    engine.accept(client);
    loop.runTasks();
    return client;
  }

  @Test
  void aFewRejectedFramesAreNoOffence() {
    start("key");
    node(first);
    ToyTransport alice = client();
    for (int i = 0; i < Session.MOST_REJECTED; i++) {
      alice.damages("checksum");
    }
    assertThat(alice.closed).isFalse();
    alice.damages("another checksum");
    assertThat(alice.closed).isTrue();
    assertThat(events).contains("left client1: 101 frames were rejected, lastly another checksum");
    assertThat(engine.stats().counter("client.rejected")).isEqualTo(101);
    assertThat(engine.stats().counter("client.closed.rejected")).isEqualTo(1);
  }

  @Test
  void rejectedFramesEndARelayTooButNotThoseOfItsNode() {
    start("passthrough");
    node(first);
    ToyTransport alice = new ToyTransport(loop, "alice");
    engine.accept(alice);
    loop.runTasks();
    alice.says("hello", "");
    ToyTransport own = node(first);
    for (int i = 0; i <= Session.MOST_REJECTED; i++) {
      own.damages("checksum");
    }
    assertThat(alice.closed).isFalse();
    for (int i = 0; i <= Session.MOST_REJECTED; i++) {
      alice.damages("checksum");
    }
    assertThat(alice.closed).isTrue();
    assertThat(own.closed).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "passthrough"})
  void aClientAtWhichTheProtocolFailsIsClosed(String strategy) {
    start(strategy);
    node(first);
    protocol.failing = true;
    ToyTransport alice = new ToyTransport(loop, "alice");
    assertThatThrownBy(() -> loop.run(() -> engine.accept(alice)))
        .isInstanceOf(IllegalStateException.class);
    assertThat(alice.closed).isTrue();
    assertThat(engine.stats().clients()).isZero();
  }
}
