package org.bitcoinmultiplexer.bitcoinj;

import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.jspecify.annotations.Nullable;

/**
 * An event loop without a thread: its tasks run one after the other on a pool that many such loops
 * share. After each task it goes to the end of the pool's queue, so that one with much to do keeps
 * no other waiting for longer than a task takes.
 */
final class SerialLoop implements EventLoop {

  private final Executor pool;
  private final ScheduledExecutorService timers;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile @Nullable Thread running;

  SerialLoop(Executor pool, ScheduledExecutorService timers) {
    this.pool = pool;
    this.timers = timers;
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (waiting.getAndIncrement() == 0) {
      pool.execute(this::runNext);
    }
  }

  private void runNext() {
    running = Thread.currentThread();
    try {
      EventLoops.contain(tasks.remove());
    } finally {
      running = null;
      if (waiting.decrementAndGet() > 0) {
        goOn();
      }
    }
  }

  private void goOn() {
    try {
      pool.execute(this::runNext);
    } catch (RejectedExecutionException e) {
      tasks.clear(); // the pool has been closed, and nobody waits for them
    }
  }

  @Override
  public boolean inEventLoop() {
    return Thread.currentThread() == running;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    ScheduledFuture<?> timer =
        timers.schedule(
            () -> EventLoops.offer(this, task), EventLoops.delayNanos(delay), TimeUnit.NANOSECONDS);
    return () -> timer.cancel(false);
  }
}
