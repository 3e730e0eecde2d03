package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who stands before whom in the pipeline, counted in the requests that a node, which answers in
 * order, has before it: whatever a machine's speed, that many answers come first.
 */
class PriorityClassesTest {

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ToyProtocol protocol = new ToyProtocol();
  private final ToyTransport.Dials dials = new ToyTransport.Dials(loop, "node");
  private final Deque<String> before = new ArrayDeque<>();
  private Engine engine;
  private ToyTransport node;
  private int clients;

  private void start(String strategy) {
    engine =
        new Engine(
            loop,
            protocol,
            Strategies.of(List.of()).create(strategy, Map.of()),
            List.of(dials),
            Settings.DEFAULTS,
            Runnable::run,
            new Random(1),
            new MultiplexerListener() {},
            Runnable::run,
            AnswerLookup.NONE);
    engine.start();
    loop.runTasks();
    node = dials.dialled.getLast();
    node.heard();
    node.says("hello", "");
  }

  @AfterEach
  void end() {
    engine.close();
    loop.runTasks();
  }

  private ToyTransport client() {
    return clientAt("client" + ++clients);
  }

  private ToyTransport clientAt(String remote) {
    ToyTransport client = new ToyTransport(loop, remote);
    engine.accept(client);
    loop.runTasks();
    client.says("hello", "");
    client.heard();
    return client;
  }

  private List<ToyTransport> clients(int count) {
    return IntStream.range(0, count).mapToObj(i -> client()).toList();
  }

  /** Each asks for so many large items at once. */
  private static void askForMany(List<ToyTransport> bulk, int items) {
    for (ToyTransport client : bulk) {
      client.says(
          "get",
          IntStream.range(0, items)
              .mapToObj(i -> "big" + client.remote() + "-" + i)
              .collect(Collectors.joining(",")));
    }
  }

  /** What stands before the node, in order: single requests and markers. */
  private Deque<String> pipeline() {
    for (String line : node.heard()) {
      String[] words = line.split(" ", 2);
      for (String name : words[1].split(",")) {
        before.add(words[0] + " " + name);
      }
    }
    return before;
  }

  private long largeBytesBefore(String request) {
    long bytes = 0;
    for (String line : pipeline()) {
      if (line.equals(request)) {
        return bytes;
      }
      bytes += line.startsWith("get big") ? ToyProtocol.BIG : 0;
    }
    throw new AssertionError(request + " is not written, but " + before);
  }

  /** The node answers what stands first. */
  private String answerOne() {
    String line = pipeline().remove();
    String name = line.substring(line.indexOf(' ') + 1);
    switch (line.substring(0, line.indexOf(' '))) {
      case "get" -> node.says("item", name + "=value of " + name);
      case "ask" -> node.says("told", name);
      default -> node.says("echo", name);
    }
    return line;
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "sequence"})
  void aSmallRequestIsWrittenAtOnceBehindAShareOfTheWindow(String strategy) {
    start(strategy);
    askForMany(clients(50), 1_000);
    ToyTransport small = client();
    small.says("get", "a");
    long ahead = largeBytesBefore("get a");
    assertThat(ahead).isBetween(4 * ToyProtocol.BIG, 8 * ToyProtocol.BIG);
    while (small.heard().isEmpty()) {
      ahead -= answerOne().startsWith("get big") ? ToyProtocol.BIG : 0;
    }
    assertThat(ahead).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "sequence"})
  void itStaysSoWhileTheBulkGoesOn(String strategy) {
    start(strategy);
    askForMany(clients(50), 200);
    ToyTransport small = client();
    for (int i = 0; i < 200; i++) {
      for (int j = 0; j < 30; j++) {
        answerOne();
      }
      small.says(i % 2 == 0 ? "get" : "ask", "s" + i);
      String asked = (i % 2 == 0 ? "get s" : "ask s") + i;
      assertThat(largeBytesBefore(asked)).isBetween(1L, 8 * ToyProtocol.BIG);
      while (small.heard().isEmpty()) {
        answerOne();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "sequence", "serial"})
  void smallRequestsWithoutEndDoNotKeepALargeOneWaiting(String strategy) {
    start(strategy);
    List<ToyTransport> many = clients(300);
    for (int i = 0; i < many.size(); i++) {
      many.get(i).says("get", "a" + i);
    }
    ToyTransport bulk = client();
    bulk.says("get", "big");
    int answers = 0;
    int next = 300;
    while (bulk.heard().isEmpty()) {
      String line = answerOne();
      if (line.startsWith("get a")) {
        // Whoever has an answer asks for the next.
        many.get(answers++ % many.size()).says("get", "a" + next++);
      }
      assertThat(answers).as("small answers before the large one").isLessThan(150);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void theLibrarysOwnQuestionsAreAskedNext(String strategy) {
    start(strategy);
    List<ToyTransport> many = clients(200);
    for (ToyTransport client : many) {
      for (int i = 0; i < 20; i++) {
        client.says("ask", client.remote() + "-" + i);
        client.says("get", client.remote() + "-" + i);
      }
    }
    pipeline();
    List<Outcome> outcomes = new ArrayList<>();
    protocol.engine().ask(ToyDialect.get("own"), outcomes::add);
    protocol.engine().ask(ToyDialect.ask("own"), outcomes::add);
    loop.runTasks();
    int answered = 0;
    while (outcomes.size() < 2) {
      answered += answerOne().startsWith("mark") ? 0 : 1;
    }
    assertThat(answered).isLessThanOrEqualTo(window(strategy) + 4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void aThousandQuestionsForAllKeepNeitherAClientNorTheLibrarysKeylessOneWaiting(String strategy) {
    start(strategy);
    ToyTransport client = client();
    List<Outcome> bodies = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      protocol.engine().ask(ToyDialect.get("body" + i), bodies::add);
    }
    pipeline();
    List<Outcome> own = new ArrayList<>();
    protocol.engine().ask(ToyDialect.ask("own"), own::add);
    client.says("get", "a");
    loop.runTasks();
    List<String> heard = new ArrayList<>();
    while (own.isEmpty() || heard.isEmpty()) {
      answerOne();
      heard.addAll(client.heard());
      assertThat(bodies.size()).isLessThanOrEqualTo(window(strategy) + 8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void aHostWithFiftyConnectionsGetsAsMuchAsOneWithASingleOne(String strategy) {
    start(strategy);
    List<ToyTransport> many =
        IntStream.range(0, 50).mapToObj(i -> clientAt("203.0.113.1:" + (1_000 + i))).toList();
    for (ToyTransport client : many) {
      for (int i = 0; i < 10; i++) {
        client.says("get", client.remote() + "-" + i);
      }
    }
    ToyTransport single = clientAt("203.0.113.2:1000");
    for (int i = 0; i < 20; i++) {
      single.says("get", "b" + i);
    }
    int ofMany = 0;
    for (int ofSingle = 0; ofSingle < 20; ) {
      String line = answerOne();
      ofSingle += line.startsWith("get b") ? 1 : 0;
      ofMany += line.startsWith("get 203") ? 1 : 0;
      assertThat(ofMany).isLessThanOrEqualTo(ofSingle + window(strategy) + 1);
    }
    while (ofMany < 500) {
      ofMany += answerOne().startsWith("get 203") ? 1 : 0;
    }
    assertThat(many)
        .as("each of the many in its turn")
        .allMatch(client -> client.heard().size() == 10);
  }

  private List<ToyTransport> peers(int count) {
    return IntStream.range(0, count).mapToObj(i -> clientAt("peer" + i)).toList();
  }

  /** The node answers what stands first, with as much as was expected. */
  private boolean answerOneInFull() {
    String line = pipeline().remove();
    String name = line.substring(line.indexOf(' ') + 1);
    if (line.startsWith("get big")) {
      node.says("item", name + "=" + "x".repeat((int) ToyProtocol.BIG));
      return true;
    }
    node.says("echo", name);
    return false;
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void whoAsksForOneLargeAnswerDoesNotWaitForAllWhoAskForMany(String strategy) {
    start(strategy);
    List<ToyTransport> bulk = peers(30);
    askForMany(bulk, 20);
    for (int large = 0; large < 200; ) {
      large += answerOneInFull() ? 1 : 0;
      bulk.forEach(ToyTransport::heard);
    }
    ToyTransport single = client();
    single.says("get", "big");
    int before = -1;
    while (single.heard().isEmpty()) {
      before += answerOneInFull() ? 1 : 0;
    }
    assertThat(before).as("large answers before it").isBetween(0, 10);
    int after = 0;
    while (!pipeline().isEmpty()) {
      after += answerOneInFull() ? 1 : 0;
      bulk.forEach(ToyTransport::heard);
    }
    assertThat(after + before).as("those go on").isEqualTo(30 * 20 - 200);
  }

  @Test
  void thoseWhoAskForManyGoOnThoughOthersAskForOneAgainAndAgain() {
    start("serial");
    ToyTransport bulk = clientAt("bulk");
    askForMany(List.of(bulk), 20);
    for (int large = 0; large < 4; ) {
      large += answerOneInFull() ? 1 : 0;
      bulk.heard();
    }
    peers(30).forEach(peer -> peer.says("get", "big of " + peer.remote()));
    int heard = 0;
    for (int i = 0; i < 20; ) {
      i += answerOneInFull() ? 1 : 0;
      heard += bulk.heard().size();
    }
    assertThat(heard).isBetween(9, 10);
  }

  @Test
  void clientsOnThisMachineHaveATurnEach() {
    start("serial");
    List<ToyTransport> many =
        IntStream.range(0, 10).mapToObj(i -> clientAt("127.0.0.1:" + (1_000 + i))).toList();
    many.forEach(client -> client.says("get", "of" + client.remote()));
    ToyTransport other = client();
    other.says("get", "b");
    int answers = 0;
    while (other.heard().isEmpty()) {
      answers += answerOne().startsWith("get of") ? 1 : 0;
    }
    assertThat(answers).isEqualTo(10);
  }

  private static int window(String strategy) {
    return strategy.equals("serial") ? 1 : 64;
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void whatIsAskedAtOneSeatKeepsNobodyElseWaiting(String strategy) {
    start(strategy);
    ToyTransport client = client();
    EngineContext.Source flood = protocol.engine().source();
    List<Outcome> flooded = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      flood.ask(ToyDialect.get("flood" + i), flooded::add);
    }
    pipeline();
    List<Outcome> others = new ArrayList<>();
    protocol.engine().ask(ToyDialect.ask("own"), others::add);
    protocol.engine().ask(ToyDialect.get("own"), others::add);
    protocol.engine().source().ask(ToyDialect.get("another"), others::add);
    client.says("get", "a");
    loop.runTasks();
    while (others.size() < 3 || client.heard().isEmpty()) {
      answerOne();
      assertThat(flooded.size()).isLessThanOrEqualTo(window(strategy) + 8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void whoeverJoinsAQuestionThatWaitsBehindManyOfAnotherDoesNotWaitForThose(String strategy) {
    start(strategy);
    ToyTransport client = client();
    EngineContext.Source flood = protocol.engine().source();
    List<Outcome> flooded = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      flood.ask(ToyDialect.get("flood" + i), flooded::add);
    }
    pipeline();
    client.says("get", "flood900");
    while (client.heard().isEmpty()) {
      answerOne();
      assertThat(flooded.size()).isLessThanOrEqualTo(window(strategy) + 8);
    }
    while (flooded.size() < 1_000) {
      answerOne();
    }
    assertThat(pipeline()).filteredOn(line -> line.startsWith("get")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void whatTheLibraryAsksWithoutEndKeepsNoClientWaiting(String strategy) {
    start(strategy);
    ToyTransport client = client();
    askOnAndOn(0);
    client.says("ask", "a");
    client.says("get", "b");
    loop.runTasks();
    int answers = 0;
    List<String> heard = new ArrayList<>();
    while (heard.size() < 2) {
      answerOne();
      heard.addAll(client.heard());
      assertThat(answers++).isLessThan(12);
    }
  }

  private void askOnAndOn(int number) {
    protocol
        .engine()
        .ask(
            ToyDialect.ask("own" + number),
            outcome -> {
              if (outcome instanceof Outcome.Answered) {
                askOnAndOn(number + 1);
              }
            });
  }

  @Test
  void aLargeAnswerThatNobodyWaitsForAnyMoreGivesItsShareBackWhenItComes() {
    start("sequence");
    for (int round = 0; round < 10; round++) {
      List<ToyTransport> bulk = clients(10);
      askForMany(bulk, 2);
      pipeline();
      bulk.forEach(ToyTransport::hangsUp);
      while (!pipeline().isEmpty()) {
        answerOne();
      }
    }
    ToyTransport last = client();
    last.says("get", "big");
    assertThat(largeBytesBefore("get big")).isZero();
  }

  @Test
  void aLostConnectionGivesAllSharesBack() {
    start("sequence");
    for (int i = 0; i < 5; i++) {
      askForMany(clients(20), 3);
      pipeline();
      node.hangsUp();
      loop.advance(Duration.ofSeconds(10));
      before.clear();
      node = dials.dialled.getLast();
      node.heard();
      node.says("hello", "");
    }
    assertThat(pipeline()).filteredOn(line -> line.startsWith("get big")).hasSize(8);
  }
}
