package org.bitcoinmultiplexer.transport.netty;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.transport.EventLoops;

/** One of Netty's event loops as one of ours. Equal to another over the same one. */
record NettyLoop(EventExecutor executor) implements EventLoop {

  @Override
  public void execute(Runnable task) {
    executor.execute(() -> EventLoops.contain(task));
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
    ScheduledFuture<?> future =
        executor.schedule(() -> EventLoops.contain(task), nanos, TimeUnit.NANOSECONDS);
    return () -> future.cancel(false);
  }
}
