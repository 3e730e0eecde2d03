package org.bitcoinmultiplexer.bitcoinj;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops that share a pool, of which the test runs one task after the other. */
class SerialLoopTest {

  private final Queue<Runnable> pool = new ArrayDeque<>();
  private final ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1);
  private final SerialLoop busy = new SerialLoop(pool::add, timers);
  private final SerialLoop other = new SerialLoop(pool::add, timers);
  private final List<String> done = new ArrayList<>();

  @AfterEach
  void end() {
    timers.shutdownNow();
  }

  private void runPool() {
    while (!pool.isEmpty()) {
      pool.remove().run();
    }
  }

  @Test
  void aLoopWithMuchToDoKeepsAnotherWaitingForOneTask() {
    for (int i = 1; i <= 3; i++) {
      String task = "busy " + i;
      busy.execute(() -> done.add(task));
    }
    other.execute(() -> done.add("other"));
    assertThat(pool).hasSize(2);
    runPool();
    assertThat(done).containsExactly("busy 1", "other", "busy 2", "busy 3");
  }

  @Test
  void itKnowsWhetherItRuns() {
    assertThat(busy.inEventLoop()).isFalse();
    busy.execute(() -> done.add(busy.inEventLoop() + " " + other.inEventLoop()));
    runPool();
    assertThat(done).containsExactly("true false");
    assertThat(busy.inEventLoop()).isFalse();
  }

  @Test
  void aTaskThatThrowsDoesNotEndIt() {
    busy.execute(
        () -> {
          throw new IllegalStateException("a task that fails, for this test");
        });
    busy.execute(() -> done.add("after"));
    runPool();
    assertThat(done).containsExactly("after");
  }
}
