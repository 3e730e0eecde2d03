package org.bitcoinmultiplexer.transport.netty;

import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.transport.EventLoops;

/**
 * One of Netty's event loops as one of ours. Equal to another over the same one.
 *
 * <p>It is not ours to end: an error that no program survives goes to the uncaught exception
 * handler of Netty's thread, as if it had died of it.
 */
record NettyLoop(io.netty.channel.EventLoop executor) implements EventLoop {

  /**
   * Netty runs up to 64 tasks, and those that they give, before it looks at its sockets again; but
   * timers that are set meanwhile wait for its next round, as the tasks of tasks should. A loop
   * that ends drops its timers, and runs its tasks.
   */
  @Override
  public void execute(Runnable task) {
    if (inEventLoop() && !executor.isShuttingDown()) {
      schedule(Duration.ZERO, task);
    } else {
      executor.execute(() -> run(task));
    }
  }

  private static void run(Runnable task) {
    try {
      EventLoops.contain(task);
    } catch (VirtualMachineError e) {
      uncaught(e);
    }
  }

  /** What Netty would log and forget. In its thread. */
  static void uncaught(VirtualMachineError error) {
    Thread thread = Thread.currentThread();
    thread.getUncaughtExceptionHandler().uncaughtException(thread, error);
  }

  @Override
  public boolean inEventLoop() {
    return executor.inEventLoop();
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    long nanos = EventLoops.delayNanos(delay);
    ScheduledFuture<?> future = executor.schedule(() -> run(task), nanos, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }
}
