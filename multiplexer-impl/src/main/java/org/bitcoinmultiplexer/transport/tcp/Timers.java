package org.bitcoinmultiplexer.transport.tcp;

import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.bitcoinmultiplexer.api.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * A loop's timers, earliest first, those of the same time in the order in which they were added.
 *
 * <p>A timer that is called off lets its task go at once, but stays in the heap until it comes up
 * or until half of the heap is such leftovers: almost every time-out is called off, so it must be
 * cheap. Confined to the loop, except {@link Timer#cancel}.
 */
final class Timers {

  /** Below so many leftovers the heap is not searched for them. */
  private static final int SWEEP_AT = 64;

  private final PriorityQueue<Timer> heap = new PriorityQueue<>();
  private final AtomicInteger cancelled = new AtomicInteger();
  private long serial;

  /** A timer that is not yet in the heap; any thread. */
  Timer newTimer(long deadline, Runnable task) {
    return new Timer(deadline, task, cancelled);
  }

  void add(Timer timer) {
    timer.serial = serial++;
    heap.add(timer);
    int leftovers = cancelled.get();
    if (leftovers > SWEEP_AT && leftovers > heap.size() / 2) {
      heap.removeIf(Timer::sweep);
    }
  }

  /** Takes the first timer out if its time has come. */
  @Nullable Timer poll(long now) {
    Timer first = heap.peek();
    return first != null && first.deadline - now <= 0 ? heap.poll() : null;
  }

  /** Nanoseconds until the first timer, 0 if it is overdue, -1 if there is none. */
  long delay(long now) {
    Timer first = heap.peek();
    return first == null ? -1 : Math.max(0, first.deadline - now);
  }

  int size() {
    return heap.size();
  }

  static final class Timer implements EventLoop.Timer, Comparable<Timer> {
    private final long deadline;
    private final AtomicReference<@Nullable Runnable> task;
    private final AtomicInteger cancelled;
    private long serial;

    private Timer(long deadline, Runnable task, AtomicInteger cancelled) {
      this.deadline = deadline;
      this.task = new AtomicReference<>(task);
      this.cancelled = cancelled;
    }

    /** Runs the task unless it was called off. */
    void run() {
      Runnable mine = task.getAndSet(null);
      if (mine != null) {
        mine.run();
      } else {
        cancelled.decrementAndGet();
      }
    }

    @Override
    public void cancel() {
      if (task.getAndSet(null) != null) {
        cancelled.incrementAndGet();
      }
    }

    private boolean sweep() {
      boolean leftover = task.get() == null;
      if (leftover) {
        cancelled.decrementAndGet();
      }
      return leftover;
    }

    @Override
    public int compareTo(Timer that) {
      int byTime = Long.signum(deadline - that.deadline); // nanoTime may wrap around
      return byTime != 0 ? byTime : Long.compare(serial, that.serial);
    }

    @Override
    @SuppressWarnings("EqualsUsingHashCode") // never reached: identity
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
