package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of requests whose askers have left while there is no node that takes them. */
class WithdrawnTest {

  private static final int MANY = 10_000;

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ToyProtocol protocol = new ToyProtocol();
  private final Counters counters = new Counters();
  private final Upstream upstream =
      new Upstream(
          loop,
          protocol,
          Settings.DEFAULTS,
          Runnable::run,
          this::settled,
          counters,
          List.of(),
          new SideConnections(
              loop, protocol, Settings.DEFAULTS, counters, numbering -> NoRouter.INSTANCE),
          new Random(1));
  private final Joining joining = new Joining(upstream, true, counters);
  private final List<String> heard = new ArrayList<>();

  private void settled(Lead lead, Outcome outcome) {
    joining.settle(lead, outcome);
  }

  /** Of a client. */
  private final class Waiter extends Asker {

    private final Turns.Seat seat;
    private final String name;

    Waiter(String name) {
      this(name, new Turns.Seat());
    }

    Waiter(String name, Turns.Seat seat) {
      this.name = name;
      this.seat = seat;
    }

    Waiter asks(String what) {
      Message request = ToyProtocol.message("get", what);
      Set<Key> keys = protocol.dialect().keys().requestKeys(request);
      joining.ask(this, request, keys, 100, seat);
      return this;
    }

    void leaves() {
      joining.leave(this);
      upstream.left(seat);
    }

    @Override
    void settled(Outcome outcome) {
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
            new Waiter("gone").asks("item" + i).leaves();
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
          Waiter stays = new Waiter("stays", new Turns.Seat(host)).asks("wanted");
          for (int i = 0; i < MANY; i++) {
            new Waiter("gone", new Turns.Seat(host)).asks("item" + i).leaves();
          }
          assertThat(upstream.waiting()).isBetween(1, 200);
          stays.asks("another");
        });
  }

  @Test
  void whoJoinsAQuestionThatOthersWaitForAndLeavesIsNotKeptEither() {
    loop.run(
        () -> {
          new Waiter("first").asks("item");
          Waiter second = new Waiter("second").asks("item");
          for (int i = 0; i < MANY; i++) {
            new Waiter("gone").asks("item").leaves();
          }
          assertThat(upstream.waiting()).isLessThan(200);
          second.asks("another");
        });
  }

  @Test
  void whatOthersWaitForIsAskedThoughWhoAskedFirstHasLeft() {
    loop.run(
        () -> {
          Waiter first = new Waiter("first").asks("item");
          new Waiter("second").asks("item");
          first.leaves();
          for (int i = 0; i < MANY; i++) {
            new Waiter("gone").asks("item" + i).leaves();
          }
          assertThat(upstream.waiting()).isBetween(1, 200);
          upstream.close();
        });
    assertThat(heard).containsExactly("second");
    loop.advance(Duration.ofMinutes(1));
  }
}
