package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.bitcoinmultiplexer.metrics.Counter;
import org.bitcoinmultiplexer.stage.CoalescingStage;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of requests whose waiters have left while there is no node that takes them. */
class WithdrawnTest {

  private static final int MANY = 10_000;

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ToyProtocol protocol = new ToyProtocol();
  private final Counters counters = new Counters();
  private final RequestDispatcher upstream =
      new RequestDispatcher(
          loop,
          protocol,
          Settings.DEFAULTS,
          Runnable::run,
          counters,
          List.of(),
          new SideConnections(
              loop,
              protocol,
              Settings.DEFAULTS,
              counters,
              numbering -> {
                throw new AssertionError("nothing is connected");
              }),
          new Random(1));
  private final RequestIntake joining =
      new RequestIntake(
          loop,
          protocol,
          new CoalescingStage(loop, upstream, counters.counter(Counter.EXCHANGE_JOINED)),
          false);
  private final List<String> heard = new ArrayList<>();

  /** Of a client. */
  private final class Withdrawing extends RequestIntake.Asker {

    private final RequestQueue.Source source;
    private final String name;

    Withdrawing(String name) {
      this(name, new RequestQueue.Source());
    }

    Withdrawing(String name, RequestQueue.Source source) {
      this.name = name;
      this.source = source;
    }

    Withdrawing asks(String what) {
      joining.ask(joining.read(ToyProtocol.message("get", what)), this);
      return this;
    }

    void leaves() {
      joining.leave(this);
      upstream.left(source);
    }

    @Override
    public RequestSource source() {
      return source;
    }

    @Override
    void onSettled(Outcome outcome) {
      heard.add(name);
    }
  }

  @BeforeEach
  void inTheLoop() {
    loop.runTasks();
  }

  @AfterEach
  void close() {
    loop.run(upstream::close);
  }

  @Test
  void whatWasAskedAndWithdrawnIsNotKept() {
    loop.run(
        () -> {
          for (int i = 0; i < MANY; i++) {
            new Withdrawing("gone").asks("item" + i).leaves();
          }
        });
    assertThat(upstream.waiting()).isLessThan(200);
  }

  @Test
  void norIsItIfAllAskedFromOneHost() {
    HostBudgets budgets = new HostBudgets(loop::nanoTime, 1 << 20, counters::counter);
    HostBudget host = budgets.open("203.0.113.1:1000");
    loop.run(
        () -> {
          Withdrawing stays =
              new Withdrawing("stays", new RequestQueue.Source(host)).asks("wanted");
          for (int i = 0; i < MANY; i++) {
            new Withdrawing("gone", new RequestQueue.Source(host)).asks("item" + i).leaves();
          }
          assertThat(upstream.waiting()).isBetween(1, 200);
          stays.asks("another");
        });
  }

  @Test
  void whoJoinsAQuestionThatOthersWaitForAndLeavesIsNotKeptEither() {
    loop.run(
        () -> {
          new Withdrawing("first").asks("item");
          Withdrawing second = new Withdrawing("second").asks("item");
          for (int i = 0; i < MANY; i++) {
            new Withdrawing("gone").asks("item").leaves();
          }
          assertThat(upstream.waiting()).isLessThan(200);
          second.asks("another");
        });
  }

  @Test
  void whatOthersWaitForIsAskedThoughWhoAskedFirstHasLeft() {
    loop.run(
        () -> {
          Withdrawing first = new Withdrawing("first").asks("item");
          new Withdrawing("second").asks("item");
          first.leaves();
          for (int i = 0; i < MANY; i++) {
            new Withdrawing("gone").asks("item" + i).leaves();
          }
          assertThat(upstream.waiting()).isBetween(1, 200);
          upstream.close();
        });
    assertThat(heard).containsExactly("second");
    loop.advance(Duration.ofMinutes(1));
  }
}
