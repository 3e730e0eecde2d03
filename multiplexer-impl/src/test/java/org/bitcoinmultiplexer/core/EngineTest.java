package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine, over a toy protocol and in virtual time. */
class EngineTest {

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ToyProtocol protocol = new ToyProtocol();
  private final ToyTransport.Dials first = new ToyTransport.Dials(loop, "first");
  private final ToyTransport.Dials second = new ToyTransport.Dials(loop, "second");
  private final List<String> events = new ArrayList<>();
  private Engine engine;
  private int clients;

  private void start(String strategy) {
    start(strategy, Settings.DEFAULTS);
  }

  private void start(String strategy, Settings settings) {
    Strategy chosen =
        Strategies.isPassthrough(strategy)
            ? null
            : Strategies.load(getClass().getClassLoader()).create(strategy, java.util.Map.of());
    engine =
        new Engine(
            loop,
            protocol,
            chosen,
            List.of(first, second),
            settings,
            Runnable::run,
            new Random(1),
            new MultiplexerListener() {
              @Override
              public void onUpstreamReady(String target, String description) {
                events.add("ready " + target);
              }

              @Override
              public void onUpstreamLost(String target, String reason) {
                events.add("lost " + target + ": " + reason);
              }

              @Override
              public void onClientClosed(String remote, String reason) {
                events.add("left " + remote + ": " + reason);
              }
            },
            Runnable::run);
    engine.start();
    loop.runTasks();
  }

  @AfterEach
  void nothingIsLeft() {
    if (engine != null) {
      engine.close();
      loop.runTasks();
      assertThat(engine.stats().clients()).isZero();
      assertThat(loop.pendingTimers()).as("timers left").isZero();
    }
  }

  /** A node that has shaken hands. */
  private ToyTransport node(ToyTransport.Dials dials) {
    ToyTransport node = dials.dialled.getLast();
    assertThat(node.heard()).containsExactly("hello");
    node.says("hello", "");
    return node;
  }

  private static Settings withClientBuffer(long bytes) {
    Settings usual = Settings.DEFAULTS;
    return new Settings(
        usual.maxClients(),
        bytes,
        usual.window(),
        usual.handshakeTimeout(),
        usual.idleInterval(),
        usual.idleTimeout(),
        usual.answerTimeout(),
        usual.patience());
  }

  private ToyTransport client() {
    ToyTransport client = new ToyTransport(loop, "client" + ++clients);
    engine.accept(client);
    loop.runTasks();
    client.says("hello", "");
    assertThat(client.heard()).containsExactly("hello");
    return client;
  }

  private static void echoesLastMark(ToyTransport node, List<String> heard) {
    for (String line : heard) {
      if (line.startsWith("mark ")) {
        node.says("echo", line.substring(5));
      }
    }
  }

  @Test
  void answersGoToWhoAsked() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport bob = client();

    alice.says("get", "a");
    bob.says("get", "b");
    assertThat(node.heard()).containsExactly("get a", "mark 1", "get b", "mark 2");
    node.says("item", "b=value of b");
    node.says("item", "a=value of a");

    assertThat(alice.heard()).containsExactly("item a=value of a");
    assertThat(bob.heard()).containsExactly("item b=value of b");
  }

  @Test
  void equalRequestsAreAskedOnce() {
    start("key");
    ToyTransport node = node(first);
    List<ToyTransport> all = IntStream.range(0, 100).mapToObj(i -> client()).toList();

    all.forEach(client -> client.says("get", "a"));
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    node.says("item", "a=value of a");

    all.forEach(client -> assertThat(client.heard()).containsExactly("item a=value of a"));
    assertThat(engine.stats().counter("upstream.requests")).isEqualTo(1);
    assertThat(engine.stats().counter("exchange.joined")).isEqualTo(99);
  }

  @Test
  void answersLeaveInTheOrderOfTheQuestions() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("get", "a,b,local1");
    alice.says("mark", "7");
    alice.says("get", "c");
    node.heard();
    node.says("item", "c=value of c");
    node.says("item", "b=value of b");
    assertThat(alice.heard()).isEmpty();
    node.says("item", "a=value of a");

    assertThat(alice.heard())
        .containsExactly(
            "item a=value of a",
            "item b=value of b",
            "item local1=value of local1",
            "echo 7",
            "item c=value of c");
  }

  @Test
  void silenceEndsAtTheEcho() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("ask", "why");
    assertThat(node.heard()).containsExactly("ask why", "mark 1");
    assertThat(alice.heard()).isEmpty();
    node.says("echo", "1");
    assertThat(alice.heard()).containsExactly("nothing why");
  }

  @Test
  void aNegativeAnswerSettlesThoseWhoAskedInTime() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport early = client();
    ToyTransport late = client();
    ToyTransport later = client();

    early.says("get", "a");
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    late.says("get", "a");
    later.says("get", "a");
    assertThat(node.heard()).isEmpty();
    node.says("none", "a");

    assertThat(early.heard()).containsExactly("none a");
    assertThat(late.heard()).isEmpty();
    assertThat(node.heard()).containsExactly("get a", "mark 2");
    node.says("item", "a=value of a");
    assertThat(late.heard()).containsExactly("item a=value of a");
    assertThat(later.heard()).containsExactly("item a=value of a");
  }

  @Test
  void whoAsksWhileANegativeAnswerIsToldGetsAFreshOne() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "a");
    node.heard();
    node.says("none", "a");
    alice.says("get", "a");
    assertThat(node.heard()).containsExactly("get a", "mark 2");
    node.says("item", "a=value of a");
    assertThat(alice.heard()).containsExactly("none a", "item a=value of a");
  }

  @Test
  void aLongListDelaysNobodysSingleItem() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport greedy = client();
    ToyTransport modest = client();

    greedy.says(
        "get", IntStream.range(0, 50_000).mapToObj(i -> "g" + i).collect(Collectors.joining(",")));
    List<String> asked = node.heard();
    modest.says("get", "m");
    // The window is full of the greedy one's; the first free place is shared.
    assertThat(node.heard()).isEmpty();
    node.says("item", "g0=value of g0");
    node.says("item", "g1=value of g1");
    String next = String.join(" ", node.heard());
    assertThat(asked.get(0).split(",")).hasSize(64);
    assertThat(next).contains("get m");
  }

  @Test
  void aClientThatLeavesIsNotWaitedForAndItsSlotIsKept() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport gone = client();
    ToyTransport stays = client();

    gone.says("ask", "one");
    stays.says("ask", "two");
    gone.hangsUp();
    assertThat(node.heard()).containsExactly("ask one", "mark 1");
    node.says("told", "one");
    assertThat(node.heard()).isEmpty();
    node.says("echo", "1");
    assertThat(node.heard()).containsExactly("ask two", "mark 2");
    node.says("told", "two");
    assertThat(stays.heard()).containsExactly("told two");
    assertThat(gone.heard()).isEmpty();
  }

  @Test
  void whatAClientThatLeftHadNotAskedYetIsNeverAsked() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport one = client();
    ToyTransport two = client();
    one.says("ask", "one");
    two.says("ask", "two");
    two.hangsUp();
    node.heard();
    node.says("told", "one");
    node.says("echo", "1");
    assertThat(node.heard()).isEmpty();
  }

  @Test
  void othersWaitOnWhenTheFirstWhoAskedLeaves() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport gone = client();
    ToyTransport stays = client();
    gone.says("get", "a");
    stays.says("get", "a");
    gone.hangsUp();
    node.says("item", "a=value of a");
    assertThat(stays.heard()).containsExactly("item a=value of a");
  }

  @Test
  void newsReachEverybodyWhoIsReady() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport strange = new ToyTransport(loop, "strange");
    engine.accept(strange);
    loop.runTasks();

    node.says("news", "rain");
    assertThat(alice.heard()).containsExactly("news rain");
    assertThat(strange.heard()).isEmpty();
  }

  @Test
  void aLieIsAskedForAgainOnceAndThenFails() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "lie");
    assertThat(node.heard()).containsExactly("get lie", "mark 1");
    node.says("item", "lie=value of lie");
    assertThat(node.heard()).containsExactly("get lie", "mark 2");
    assertThat(alice.heard()).isEmpty();
    node.says("item", "lie=value of lie");
    assertThat(alice.heard()).containsExactly("none lie");
    assertThat(node.heard()).isEmpty();
    assertThat(engine.stats().counter("upstream.lies")).isEqualTo(2);
  }

  @Test
  void whatIsOpenWhenUpstreamIsLostIsAskedAgainOnce() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "a,b");
    node.heard();
    node.says("item", "b=value of b");
    node.hangsUp();

    ToyTransport again = node(first);
    assertThat(again.heard()).containsExactly("get a", "mark 2");
    again.hangsUp();
    ToyTransport third = node(first);
    assertThat(third.heard()).isEmpty();
    assertThat(alice.heard()).containsExactly("none a", "item b=value of b");
    assertThat(alice.closed).isFalse();
  }

  @Test
  void requestsWaitForAnUpstreamThatComesBack() {
    start("key");
    node(first).hangsUp();
    first.refuses = true;
    second.refuses = true;
    ToyTransport lost = first.dialled.getLast();
    lost.hangsUp();
    ToyTransport alice = client();
    alice.says("get", "a");
    loop.advance(Duration.ofSeconds(5));
    second.refuses = false;
    assertThat(loop.advanceUntil(() -> !second.dialled.isEmpty(), Duration.ofSeconds(31))).isTrue();
    ToyTransport node = node(second);
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    node.says("item", "a=value of a");
    assertThat(alice.heard()).containsExactly("item a=value of a");
    assertThat(events).contains("ready second");
  }

  @Test
  void patienceHasAnEnd() {
    start("key");
    ToyTransport node = node(first);
    first.refuses = true;
    second.refuses = true;
    node.hangsUp();
    ToyTransport alice = client();
    alice.says("get", "a");
    loop.advance(Duration.ofSeconds(29));
    assertThat(alice.heard()).isEmpty();
    loop.advance(Duration.ofSeconds(2));
    assertThat(alice.heard()).containsExactly("none a");
    alice.says("get", "b");
    assertThat(alice.heard()).containsExactly("none b");
  }

  @Test
  void theFirstReachableNodeIsTaken() {
    first.refuses = true;
    start("key");
    node(second);
    assertThat(events).containsExactly("lost first: refused", "ready second");
  }

  @Test
  void whileNobodyIsThereDiallingGoesOnEverMoreSlowly() {
    first.refuses = true;
    second.refuses = true;
    start("key");
    loop.advance(Duration.ofSeconds(10));
    int soon = first.attempts;
    loop.advance(Duration.ofMinutes(10));
    assertThat(soon).isBetween(4, 10);
    assertThat(first.attempts - soon).isBetween(18, 45);
  }

  @Test
  void aNodeThatShakesHandsAndClosesOverAndOverIsDialledEverMoreSlowly() {
    start("key");
    loop.advanceUntil(
        () -> {
          while (!first.dialled.isEmpty()) {
            ToyTransport node = first.dialled.remove();
            node.says("hello", "");
            node.hangsUp();
          }
          return false;
        },
        Duration.ofMinutes(10));
    assertThat(first.attempts).isBetween(20, 60);
  }

  @Test
  void aNodeThatDoesNotEvenEchoIsGivenUp() {
    start("key");
    ToyTransport mute = node(first);
    ToyTransport alice = client();
    alice.says("get", "a");
    mute.heard();
    for (int i = 0; i < 30; i++) {
      loop.advance(Duration.ofSeconds(3));
      if (!mute.closed) {
        mute.says("news", "chatter is no progress");
      }
    }
    assertThat(mute.closed).isTrue();
    assertThat(node(first).heard()).containsExactly("get a", "mark 2");
  }

  @Test
  void aNodeThatDoesNotShakeHandsIsGivenUp() {
    start("key");
    loop.advance(Duration.ofSeconds(70));
    assertThat(first.dialled.getFirst().closed).isTrue();
    assertThat(second.dialled).isNotEmpty();
  }

  @Test
  void aNodeWithoutASignOfLifeIsAskedForOneAndThenGivenUp() {
    start("key");
    ToyTransport node = node(first);
    loop.advance(Duration.ofSeconds(130));
    assertThat(node.heard()).containsExactly("there?");
    loop.advance(Duration.ofSeconds(130));
    assertThat(node.closed).isTrue();
  }

  @Test
  void anEchoOutOfOrderCostsTheConnectionAndNoAnswer() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "a");
    alice.says("get", "b");
    node.says("echo", "2");
    assertThat(node.closed).isTrue();
    assertThat(alice.heard()).isEmpty();
    assertThat(node(first).heard()).containsExactly("get a,b", "mark 3");
  }

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
    assertThat(engine.stats().counter("client.closed.bad")).isEqualTo(1);
    assertThat(engine.stats().counter("client.closed.internal-error")).isEqualTo(1);
    assertThat(engine.stats().counter("toy.closed")).isEqualTo(2);
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

  @Test
  void passthroughGivesEveryClientItsOwnConnection() {
    start("passthrough");
    ToyTransport probe = node(first);
    assertThat(probe.closed).isTrue();
    ToyTransport alice = new ToyTransport(loop, "alice");
    engine.accept(alice);
    loop.runTasks();
    alice.says("hello", "");
    ToyTransport own = node(first);
    assertThat(own).isNotSameAs(probe);
    assertThat(alice.heard()).containsExactly("hello");
    alice.says("anything", "goes");
    assertThat(own.heard()).containsExactly("anything goes");
    own.says("anything", "comes");
    assertThat(alice.heard()).containsExactly("anything comes");
    alice.unread = 5_000_000;
    own.says("big", "");
    assertThat(own.reading).isFalse();
    alice.becomesWritable();
    assertThat(own.reading).isTrue();
    own.hangsUp();
    assertThat(alice.closed).isTrue();
  }
}
