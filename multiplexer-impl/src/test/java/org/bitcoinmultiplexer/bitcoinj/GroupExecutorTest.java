package org.bitcoinmultiplexer.bitcoinj;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitcoinj.core.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a peer group expects of the executor that it believes to be its own. */
@Timeout(60)
class GroupExecutorTest {

  private final ScheduledThreadPoolExecutor pool = new ScheduledThreadPoolExecutor(3);
  private final Context context = new Context();
  private final GroupExecutor executor = new GroupExecutor();
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void end() {
    pool.shutdownNow();
  }

  private void open() {
    pool.setRemoveOnCancelPolicy(true);
    executor.open(new SerialLoop(pool, pool), pool, context);
  }

  private void await(int jobs) throws Exception {
    CountDownLatch latch = new CountDownLatch(jobs);
    executor.execute(latch::countDown);
    assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void jobsAreParkedUntilTheGroupIsStartedAndRunInTheirOrder() throws Exception {
    for (int i = 0; i < 100; i++) {
      String job = "job " + i;
      executor.execute(() -> done.add(job));
    }
    ScheduledFuture<?> timed = executor.schedule(() -> done.add("timed"), 0, TimeUnit.SECONDS);
    assertThat(pool.getQueue()).isEmpty();
    assertThat(done).isEmpty();
    open();
    await(1);
    assertThat(done.subList(0, 3)).containsExactly("job 0", "job 1", "job 2");
    timed.get(30, TimeUnit.SECONDS);
    assertThat(done).hasSize(101);
  }

  @Test
  void oneJobRunsAtATimeWithTheContextOfTheGroup() throws Exception {
    open();
    AtomicInteger running = new AtomicInteger();
    List<Context> contexts = Collections.synchronizedList(new ArrayList<>());
    for (int i = 0; i < 200; i++) {
      executor.execute(
          () -> {
            assertThat(running.incrementAndGet()).isEqualTo(1);
            contexts.add(Context.get());
            Context.propagate(new Context());
            running.decrementAndGet();
          });
    }
    await(1);
    assertThat(contexts).hasSize(200).allMatch(seen -> seen == context);
  }

  @Test
  void aJobThatThrowsEndsNothing() throws Exception {
    open();
    executor.execute(
        () -> {
          throw new IllegalStateException("a job that fails, for this test");
        });
    executor.execute(() -> done.add("after"));
    await(1);
    assertThat(done).containsExactly("after");
  }

  @Test
  void whatIsDueAgainAndAgainIsNeverTwiceInTheQueue() throws Exception {
    open();
    CountDownLatch thrice = new CountDownLatch(3);
    ScheduledFuture<?> timer =
        executor.scheduleAtFixedRate(thrice::countDown, 1, 1, TimeUnit.MILLISECONDS);
    assertThat(thrice.await(30, TimeUnit.SECONDS)).isTrue();
    timer.cancel(false);
    await(1);
    assertThat(pool.getQueue()).isEmpty();
  }

  @Test
  void shuttingDownForgetsTimersAndKeepsThePool() throws Exception {
    open();
    executor.scheduleAtFixedRate(() -> {}, 1, 1, TimeUnit.HOURS);
    ScheduledFuture<?> once = executor.schedule(() -> {}, 1, TimeUnit.HOURS);
    CompletableFuture<Void> go = new CompletableFuture<>();
    executor.execute(go::join);
    executor.execute(() -> done.add("queued"));
    executor.shutdown();
    assertThat(executor.isTerminated()).isFalse();
    assertThatThrownBy(() -> executor.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class);
    assertThatThrownBy(() -> executor.schedule(() -> {}, 0, TimeUnit.SECONDS))
        .isInstanceOf(RejectedExecutionException.class);
    go.complete(null);
    assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(done).containsExactly("queued");
    assertThat(once.isCancelled()).isTrue();
    assertThat(pool.isShutdown()).isFalse();
    assertThat(pool.getQueue()).isEmpty();
  }
}
