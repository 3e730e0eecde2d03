package org.bitcoinmultiplexer.transport.memory;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.transport.EventLoops;

/**
 * A loop without a thread: runs in the test's own, on time that passes only when there is nothing
 * else to do. Unlike the kits' simulated loop it takes tasks from any thread, and contains what
 * they throw, as the kits for transports and loops expect.
 */
final class ManualLoop implements EventLoop {

  private final PriorityQueue<Entry> entries = new PriorityQueue<>(); // guarded by this
  private long serial;
  private long now;
  private volatile Thread running;

  private static final class Entry implements Comparable<Entry>, EventLoop.Timer {
    private final long time;
    private final long serial;
    private volatile Runnable task;

    Entry(long time, long serial, Runnable task) {
      this.time = time;
      this.serial = serial;
      this.task = task;
    }

    @Override
    public int compareTo(Entry that) {
      return time != that.time ? Long.compare(time, that.time) : Long.compare(serial, that.serial);
    }

    @Override
    public void cancel() {
      task = () -> {};
    }
  }

  @Override
  public void execute(Runnable task) {
    schedule(Duration.ZERO, task);
  }

  @Override
  public synchronized Timer schedule(Duration delay, Runnable task) {
    Entry entry = new Entry(now + EventLoops.delayNanos(delay), serial++, task);
    entries.add(entry);
    return entry;
  }

  @Override
  public boolean inEventLoop() {
    return Thread.currentThread() == running;
  }

  @Override
  public synchronized long nanoTime() {
    return now;
  }

  synchronized boolean isEmpty() {
    return entries.isEmpty();
  }

  /** Runs what there is until the condition holds. Fails if there is nothing left that could. */
  void runUntil(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Entry next;
      synchronized (this) {
        next = entries.poll();
        if (next == null) {
          throw new AssertionError("the loop has nothing left to do");
        }
        now = Math.max(now, next.time);
      }
      running = Thread.currentThread();
      EventLoops.contain(next.task);
      running = null;
    }
  }
}
