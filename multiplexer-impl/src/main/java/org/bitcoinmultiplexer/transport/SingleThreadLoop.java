package org.bitcoinmultiplexer.transport;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An event loop over the JDK's scheduled executor. */
final class SingleThreadLoop implements EventLoops.OwnedLoop {

  private static final Logger log = LoggerFactory.getLogger(SingleThreadLoop.class);
  private static final long CLOSE_SECONDS = 5;

  private final String name;
  private final ScheduledThreadPoolExecutor executor;
  private final Failures failures;
  private final AtomicBoolean closed = new AtomicBoolean();
  private volatile @Nullable Thread thread;

  SingleThreadLoop(String name) {
    this.name = name;
    this.failures = new Failures("event loop " + name);
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, name);
              made.setDaemon(true);
              thread = made;
              return made;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.prestartCoreThread();
  }

  @Override
  public void execute(Runnable task) {
    try {
      executor.execute(() -> run(task));
    } catch (RejectedExecutionException e) {
      throw refusal(e);
    }
  }

  @Override
  public boolean inEventLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public EventLoop.Timer schedule(Duration delay, Runnable task) {
    try {
      ScheduledFuture<?> future =
          executor.schedule(() -> run(task), EventLoops.delayNanos(delay), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      throw refusal(e);
    }
  }

  private void run(Runnable task) {
    try {
      EventLoops.contain(task);
    } catch (VirtualMachineError e) {
      failures.tell(e);
      close();
    }
  }

  @Override
  public void onFailure(Consumer<? super Error> listener) {
    failures.add(listener);
  }

  private RejectedExecutionException refusal(RejectedExecutionException cause) {
    return new RejectedExecutionException("event loop " + name + " is closed", cause);
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      // As a task, so that it comes behind those before; delayed ones are dropped by policy.
      executor.execute(executor::shutdown);
    }
    if (!inEventLoop()) {
      awaitEnd();
    }
  }

  private void awaitEnd() {
    try {
      if (!executor.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        log.warn("{} still runs a task {} seconds after it was closed", this, CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "event loop " + name;
  }
}
