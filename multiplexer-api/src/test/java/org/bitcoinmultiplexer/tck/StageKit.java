package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Stage;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Stage} must do with requests that it passes on, to be implemented by the test
 * of one. System property {@code tck.seed} repeats a random run.
 */
public interface StageKit {

  /** The answer to everything. */
  Outcome ANSWER = new Outcome.Answered(List.of(ToyDialect.item("a")));

  /**
   * Makes the stage to test.
   *
   * @param loop to which it is confined
   * @param next stands behind it
   * @return a new stage
   */
  Stage newStage(EventLoop loop, Stage next);

  /**
   * Makes a request that the stage passes on.
   *
   * @param name equal for equal requests
   * @return a request of the toy protocol, unless a test needs another
   */
  default Request request(String name) {
    Message message = ToyDialect.get(name);
    return new Request(message, new ToyKeys().requestKeys(message), 100, Optional.empty());
  }

  /** Runs a test in a loop, where stages live. */
  @FunctionalInterface
  interface Script {

    /** What is done with a stage, and the one behind it. */
    void play(Stage stage, ToyStage next);
  }

  /** Plays a script in a loop of its own. */
  private void play(Script script) {
    SimulatedLoop loop = new SimulatedLoop();
    ToyStage next = new ToyStage();
    Stage stage = newStage(loop, next);
    loop.run(() -> script.play(stage, next));
  }

  @Test
  default void passesOnWhatCameAndBringsBackTheOutcome() {
    for (Outcome outcome :
        List.of(ANSWER, Outcome.Absent.INSTANCE, new Outcome.Failed("for no reason"))) {
      play(
          (stage, next) -> {
            Request request = request("a");
            ToyWaiter alice = ToyWaiter.asks(stage, request);
            assertThat(next.single().request()).isEqualTo(request);
            assertThat(alice.outcome()).isEmpty();
            next.single().settle(outcome);
            assertThat(alice.outcome()).contains(outcome);
          });
    }
  }

  @Test
  default void whatIsSettledBeforeAskReturnsIsHeard() {
    play(
        (stage, next) -> {
          next.settlesAtOnce(ANSWER);
          assertThat(ToyWaiter.asks(stage, request("a")).outcome()).contains(ANSWER);
        });
  }

  @Test
  default void whatTheNextStageHasAtHandIsFound() {
    play(
        (stage, next) -> {
          assertThat(stage.find(request("a"))).isEmpty();
          next.hasAtHand((Outcome.Answered) ANSWER);
          assertThat(stage.find(request("a")).map(Outcome.class::cast)).contains(ANSWER);
        });
  }

  @Test
  default void whoWithdrawsHearsNothingAndNothingIsAskedForHim() {
    play(
        (stage, next) -> {
          ToyWaiter.asks(stage, request("a")).withdraw();
          assertThat(next.open()).isEmpty();
          assertThat(next.withdrawn()).isEqualTo(1);
        });
  }

  @Test
  default void toWithdrawAfterTheOutcomeOrTwiceDoesNothing() {
    play(
        (stage, next) -> {
          ToyWaiter settled = ToyWaiter.asks(stage, request("a"));
          next.single().settle(ANSWER);
          settled.withdraw();
          ToyWaiter gone = ToyWaiter.asks(stage, request("a"));
          gone.withdraw();
          ToyWaiter stays = ToyWaiter.asks(stage, request("a"));
          gone.withdraw();
          settled.withdraw();
          next.single().settle(ANSWER);
          assertThat(stays.outcome()).contains(ANSWER);
          assertThat(next.withdrawn()).isEqualTo(1);
        });
  }

  @Test
  default void whoeverMakesEqualRequestsHearsOneOutcomeEach() {
    play(
        (stage, next) -> {
          ToyWaiter alice = ToyWaiter.asks(stage, request("a"));
          ToyWaiter bob = ToyWaiter.asks(stage, request("a"));
          next.open().forEach(asked -> asked.settle(ANSWER));
          assertThat(alice.outcome()).contains(ANSWER);
          assertThat(bob.outcome()).contains(ANSWER);
        });
  }

  @Test
  default void whoWithdrawsTakesNobodyElseAlong() {
    play(
        (stage, next) -> {
          ToyWaiter alice = ToyWaiter.asks(stage, request("a"));
          ToyWaiter bob = ToyWaiter.asks(stage, request("a"));
          alice.withdraw();
          next.open().forEach(asked -> asked.settle(ANSWER));
          assertThat(bob.outcome()).contains(ANSWER);
        });
  }

  @Test
  default void whoeverAsksAfterItWasWrittenSharesNoAbsence() {
    play(
        (stage, next) -> {
          ToyWaiter early = ToyWaiter.asks(stage, request("a"));
          ToyStage.Asked first = next.single();
          first.waiter().written();
          ToyWaiter late = ToyWaiter.asks(stage, request("a"));
          first.settle(Outcome.Absent.INSTANCE);
          assertThat(early.outcome()).contains(Outcome.Absent.INSTANCE);
          assertThat(late.outcome()).isEmpty();
          next.single().settle(ANSWER);
          assertThat(late.outcome()).contains(ANSWER);
        });
  }

  @Test
  default void whoeverHearsAnOutcomeMayAskAgainOrMakeOthersLeave() {
    play(
        (stage, next) -> {
          List<ToyWaiter> others = new ArrayList<>();
          ToyWaiter alice =
              ToyWaiter.asks(
                  stage,
                  request("a"),
                  () -> {
                    others.get(0).withdraw();
                    others.add(ToyWaiter.asks(stage, request("a")));
                  });
          others.add(ToyWaiter.asks(stage, request("a")));
          next.open().get(0).settle(Outcome.Absent.INSTANCE);
          assertThat(alice.outcome()).contains(Outcome.Absent.INSTANCE);
          next.single().settle(ANSWER);
          assertThat(others.get(1).outcome()).contains(ANSWER);
        });
  }

  @Test
  default void atRandomEachHearsOneOutcomeOrHasWithdrawn() {
    long first = Long.getLong("tck.seed", System.nanoTime());
    for (long seed = first; seed < first + 200; seed++) {
      Random random = new Random(seed);
      try {
        play((stage, next) -> playAtRandom(stage, next, random));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("fails with -Dtck.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }

  /** One random run. */
  private void playAtRandom(Stage stage, ToyStage next, Random random) {
    List<ToyWaiter> waiters = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      List<ToyStage.Asked> open = next.open();
      ToyStage.Asked asked = open.isEmpty() ? null : open.get(random.nextInt(open.size()));
      switch (random.nextInt(6)) {
        case 0, 1 -> waiters.add(ToyWaiter.asks(stage, request(random.nextBoolean() ? "a" : "b")));
        case 2 -> {
          if (!waiters.isEmpty()) {
            waiters.get(random.nextInt(waiters.size())).withdraw();
          }
        }
        case 3 -> {
          if (asked != null) {
            asked.waiter().written();
          }
        }
        case 4 -> {
          if (asked != null) {
            asked.waiter().queued();
          }
        }
        default -> {
          if (asked != null) {
            asked.settle(random.nextBoolean() ? ANSWER : Outcome.Absent.INSTANCE);
          }
        }
      }
      assertThat(next.open().isEmpty())
          .as("asked as long as somebody waits")
          .isEqualTo(waiters.stream().noneMatch(ToyWaiter::isWaiting));
    }
    while (!next.open().isEmpty()) {
      next.open().get(0).settle(ANSWER);
    }
    assertThat(waiters).noneMatch(ToyWaiter::isWaiting);
  }
}
