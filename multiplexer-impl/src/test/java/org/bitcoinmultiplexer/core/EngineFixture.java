package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.StageContext;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.AfterEach;

/** An engine over a toy protocol and in virtual time; after each test nothing may be left. */
abstract class EngineFixture {

  final SimulatedLoop loop = new SimulatedLoop();
  final ToyProtocol protocol = new ToyProtocol();
  final ToyTransport.Dials first = new ToyTransport.Dials(loop, "first");
  final ToyTransport.Dials second = new ToyTransport.Dials(loop, "second");
  final List<String> events = new ArrayList<>();
  AnswerLookup answers = AnswerLookup.NONE;
  Engine engine;

  /** Whether there is no second node. */
  boolean alone;

  private int clients;

  final void start(String strategy) {
    start(strategy, Settings.DEFAULTS);
  }

  final void start(String strategy, Settings settings) {
    Strategy chosen =
        Strategies.load(EngineFixture.class.getClassLoader()).create(strategy, java.util.Map.of());
    engine =
        new Engine(
            loop,
            protocol,
            answers == AnswerLookup.NONE ? chosen : new Keeping(chosen),
            alone ? List.of(first) : List.of(first, second),
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

              @Override
              public void onClientRefused(String remote, String reason) {
                events.add("refused " + remote + ": " + reason);
              }
            },
            Runnable::run,
            answers);
    engine.start();
    loop.runTasks();
  }

  /** A strategy with answers that are kept in front of it. */
  private record Keeping(Strategy chosen) implements Strategy {
    @Override
    public Stage stages(StageContext context, Stage dispatcher) {
      return chosen.stages(context, context.caching(dispatcher));
    }

    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return chosen.newRouter(dialect, window);
    }
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
  final ToyTransport node(ToyTransport.Dials dials) {
    ToyTransport node = dials.dialled.getLast();
    assertThat(node.heard()).containsExactly("hello");
    node.says("hello", "");
    return node;
  }

  static Settings withClientBuffer(long bytes) {
    Settings usual = Settings.DEFAULTS;
    return new Settings(
        usual.maxClients(),
        usual.maxClientsPerHost(),
        bytes,
        usual.window(),
        usual.handshakeTimeout(),
        usual.idleInterval(),
        usual.idleTimeout(),
        usual.answerTimeout(),
        usual.patience());
  }

  final ToyTransport client() {
    ToyTransport client = new ToyTransport(loop, "client" + ++clients);
    engine.accept(client);
    loop.runTasks();
    client.says("hello", "");
    assertThat(client.heard()).containsExactly("hello");
    return client;
  }

  static void echoesLastMark(ToyTransport node, List<String> heard) {
    for (String line : heard) {
      if (line.startsWith("mark ")) {
        node.says("echo", line.substring(5));
      }
    }
  }
}
