package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitcoinmultiplexer.api.EventLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link EventLoop} must do.
 *
 * <p>To prove one, let a test class implement this interface and {@link #openLoop}.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public interface EventLoopKit {

  /** Makes a new loop, running. */
  LoopFixture openLoop() throws Exception;

  /** A loop under test, and the way to end it. */
  interface LoopFixture extends AutoCloseable {

    /** The loop. */
    EventLoop loop();

    /**
     * Waits until something in the loop has happened; a loop of virtual time overrides this to run
     * until then.
     */
    default <T> T await(CompletionStage<T> stage) throws Exception {
      return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Ends the loop and everything that belongs to it. */
    @Override
    void close() throws Exception;
  }

  @Test
  default void runsTasksInTheOrderInWhichOneThreadGaveThem() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
      CompletableFuture<Void> last = new CompletableFuture<>();
      List<Integer> given = new ArrayList<>();
      for (int i = 0; i < 10_000; i++) {
        int number = i;
        given.add(number);
        fixture.loop().execute(() -> ran.add(number));
      }
      fixture.loop().execute(() -> last.complete(null));
      fixture.await(last);
      assertThat(ran).isEqualTo(given);
    }
  }

  @Test
  default void tasksOfSeveralThreadsNeverOverlapAndAllRun() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      int threads = 4;
      int each = 2_000;
      AtomicBoolean inside = new AtomicBoolean();
      AtomicInteger overlaps = new AtomicInteger();
      int[] unguarded = new int[1]; // is right only if each task sees the one before
      CompletableFuture<Void> all = new CompletableFuture<>();
      List<Thread> givers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        Thread giver =
            new Thread(
                () -> {
                  for (int i = 0; i < each; i++) {
                    fixture
                        .loop()
                        .execute(
                            () -> {
                              if (!inside.compareAndSet(false, true)) {
                                overlaps.incrementAndGet();
                              }
                              if (++unguarded[0] == threads * each) {
                                all.complete(null);
                              }
                              inside.set(false);
                            });
                  }
                });
        giver.start();
        givers.add(giver);
      }
      for (Thread giver : givers) {
        giver.join();
      }
      fixture.await(all);
      assertThat(overlaps).hasValue(0);
      assertThat(unguarded[0]).isEqualTo(threads * each);
    }
  }

  @Test
  default void aTaskGivenByATaskRunsAfterItAndNotWithinIt() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      List<String> ran = Collections.synchronizedList(new ArrayList<>());
      CompletableFuture<Void> last = new CompletableFuture<>();
      fixture
          .loop()
          .execute(
              () -> {
                fixture
                    .loop()
                    .execute(
                        () -> {
                          ran.add("inner");
                          last.complete(null);
                        });
                ran.add("outer");
              });
      fixture.await(last);
      assertThat(ran).containsExactly("outer", "inner");
    }
  }

  @Test
  default void aTimerThatIsDueHasItsTurnAmongTasksThatGiveOneAnother() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      EventLoop loop = fixture.loop();
      int chains = 5;
      int[] overdue = new int[1]; // links that ran while the timer should have
      CompletableFuture<Integer> atTimer = new CompletableFuture<>();
      class Link implements Runnable {
        private final long due = loop.nanoTime() + 1;
        private int left = 1_000; // in a loop whose time stands still meanwhile, no timer is due

        @Override
        public void run() {
          if (left-- == 0) {
            return;
          }
          if (loop.nanoTime() - due >= 0) {
            overdue[0]++;
          }
          loop.execute(this);
        }
      }
      loop.execute(
          () -> {
            loop.schedule(Duration.ofNanos(1), () -> atTimer.complete(overdue[0]));
            for (int i = 0; i < chains; i++) {
              loop.execute(new Link());
            }
          });
      // The first links may be in the round in which the timer is set.
      assertThat(fixture.await(atTimer)).isLessThanOrEqualTo(2 * chains);
    }
  }

  @Test
  default void knowsWhetherTheCallerIsInTheLoop() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      assertThat(fixture.loop().inEventLoop()).isFalse();
      CompletableFuture<Boolean> inTask = new CompletableFuture<>();
      CompletableFuture<Boolean> inTimer = new CompletableFuture<>();
      fixture.loop().execute(() -> inTask.complete(fixture.loop().inEventLoop()));
      fixture
          .loop()
          .schedule(Duration.ofMillis(1), () -> inTimer.complete(fixture.loop().inEventLoop()));
      assertThat(fixture.await(inTask)).isTrue();
      assertThat(fixture.await(inTimer)).isTrue();
    }
  }

  @Test
  default void containsWhatTasksAndTimersThrow() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      fixture
          .loop()
          .execute(
              () -> {
                throw new IllegalStateException("thrown on purpose by a task");
              });
      fixture
          .loop()
          .schedule(
              Duration.ofMillis(1),
              () -> {
                throw new AssertionError("thrown on purpose by a timer");
              });
      CompletableFuture<Void> later = new CompletableFuture<>();
      fixture.loop().schedule(Duration.ofMillis(5), () -> later.complete(null));
      fixture.await(later);
      CompletableFuture<Void> task = new CompletableFuture<>();
      fixture.loop().execute(() -> task.complete(null));
      fixture.await(task);
    }
  }

  @Test
  default void runsATimerNotBeforeItsTime() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      EventLoop loop = fixture.loop();
      Duration delay = Duration.ofMillis(30);
      CompletableFuture<Long> ran = new CompletableFuture<>();
      long before = loop.nanoTime();
      loop.schedule(delay, () -> ran.complete(loop.nanoTime()));
      assertThat(fixture.await(ran) - before).isGreaterThanOrEqualTo(delay.toNanos());
    }
  }

  @Test
  default void runsTimersInTheOrderOfTheirTimes() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      List<Integer> ran = Collections.synchronizedList(new ArrayList<>());
      CompletableFuture<Void> last = new CompletableFuture<>();
      fixture
          .loop()
          .execute(
              () -> {
                // Given in one task, so that no time passes between them that would matter.
                fixture.loop().schedule(Duration.ofMillis(60), () -> last.complete(null));
                fixture.loop().schedule(Duration.ofMillis(40), () -> ran.add(3));
                fixture.loop().schedule(Duration.ofMillis(5), () -> ran.add(1));
                fixture.loop().schedule(Duration.ofMillis(20), () -> ran.add(2));
              });
      fixture.await(last);
      assertThat(ran).containsExactly(1, 2, 3);
    }
  }

  @Test
  default void takesANegativeDelayForNoneAndAnEndlessOneForVeryLong() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      AtomicBoolean endless = new AtomicBoolean();
      fixture.loop().schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> endless.set(true));
      CompletableFuture<Void> negative = new CompletableFuture<>();
      fixture.loop().schedule(Duration.ofSeconds(-1), () -> negative.complete(null));
      fixture.await(negative);
      CompletableFuture<Void> none = new CompletableFuture<>();
      fixture.loop().schedule(Duration.ZERO, () -> none.complete(null));
      fixture.await(none);
      assertThat(endless).isFalse();
    }
  }

  @Test
  default void aTimerThatIsCalledOffNeverRuns() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      AtomicInteger ran = new AtomicInteger();
      // Called off from outside, from the loop, and by an earlier timer of the same time.
      fixture.loop().schedule(Duration.ofMillis(20), ran::incrementAndGet).cancel();
      CompletableFuture<Void> last = new CompletableFuture<>();
      fixture
          .loop()
          .execute(
              () -> {
                fixture.loop().schedule(Duration.ofMillis(20), ran::incrementAndGet).cancel();
                EventLoop.Timer[] victim = new EventLoop.Timer[1];
                fixture.loop().schedule(Duration.ofMillis(10), () -> victim[0].cancel());
                victim[0] = fixture.loop().schedule(Duration.ofMillis(30), ran::incrementAndGet);
                fixture.loop().schedule(Duration.ofMillis(50), () -> last.complete(null));
              });
      fixture.await(last);
      assertThat(ran).hasValue(0);
    }
  }

  @Test
  default void callingATimerOffAfterItRanOrTwiceIsWithoutEffect() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      AtomicInteger ran = new AtomicInteger();
      CompletableFuture<Void> first = new CompletableFuture<>();
      EventLoop.Timer timer =
          fixture
              .loop()
              .schedule(
                  Duration.ofMillis(1),
                  () -> {
                    ran.incrementAndGet();
                    first.complete(null);
                  });
      fixture.await(first);
      timer.cancel();
      timer.cancel();
      CompletableFuture<Void> second = new CompletableFuture<>();
      fixture.loop().schedule(Duration.ofMillis(1), () -> second.complete(null));
      fixture.await(second);
      assertThat(ran).hasValue(1);
    }
  }

  @Test
  default void survivesTenThousandTimersThatAreCalledOff() throws Exception {
    try (LoopFixture fixture = openLoop()) {
      AtomicInteger ran = new AtomicInteger();
      CompletableFuture<Void> last = new CompletableFuture<>();
      fixture
          .loop()
          .execute(
              () -> {
                for (int i = 0; i < 10_000; i++) {
                  fixture.loop().schedule(Duration.ofMillis(5), ran::incrementAndGet).cancel();
                }
                fixture.loop().schedule(Duration.ofMillis(20), () -> last.complete(null));
              });
      fixture.await(last);
      assertThat(ran).hasValue(0);
    }
  }
}
