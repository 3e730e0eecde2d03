package org.bitcoinmultiplexer.tck;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.bitcoinmultiplexer.api.EventLoop;

/**
 * An event loop in virtual time that runs only when it is told to: the clock of deterministic
 * tests.
 *
 * <p>Nothing ever waits. A task that throws ends the run with what it threw.
 */
public final class SimulatedLoop implements EventLoop {

  private static final class Alarm implements Timer, Comparable<Alarm> {

    private final long at;
    private final long order;
    private final Runnable task;
    private boolean cancelled;

    private Alarm(long at, long order, Runnable task) {
      this.at = at;
      this.order = order;
      this.task = task;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }

    @Override
    public int compareTo(Alarm that) {
      return at != that.at ? Long.compare(at, that.at) : Long.compare(order, that.order);
    }
  }

  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private final PriorityQueue<Alarm> alarms = new PriorityQueue<>();
  private long now;
  private long order;
  private boolean running;

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
  }

  @Override
  public boolean inEventLoop() {
    return running;
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    Alarm alarm = new Alarm(now + Math.max(0, delay.toNanos()), order++, task);
    alarms.add(alarm);
    return alarm;
  }

  /** Runs what can run without time passing. */
  public void runTasks() {
    boolean outermost = !running;
    running = true;
    try {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        task.run();
      }
    } finally {
      running = !outermost;
    }
  }

  /** Runs a task in the loop now, and what follows from it without time passing. */
  public void run(Runnable task) {
    execute(task);
    runTasks();
  }

  /** Lets time pass, running what falls due on the way. */
  public void advance(Duration time) {
    long end = now + time.toNanos();
    runTasks();
    while (!alarms.isEmpty() && alarms.peek().at <= end) {
      ring();
    }
    now = end;
    runTasks();
  }

  /**
   * Lets time pass until something is true.
   *
   * @param goal asked after every step
   * @param limit of virtual time
   * @return whether it came true
   */
  public boolean advanceUntil(BooleanSupplier goal, Duration limit) {
    long end = now + limit.toNanos();
    runTasks();
    while (!goal.getAsBoolean()) {
      if (alarms.isEmpty() || alarms.peek().at > end) {
        return false;
      }
      ring();
    }
    return true;
  }

  private void ring() {
    Alarm alarm = alarms.remove();
    now = Math.max(now, alarm.at);
    if (!alarm.cancelled) {
      run(alarm.task);
    }
  }

  /** Lets time pass while a task runs, as if that took so long. */
  public void pass(Duration time) {
    now += time.toNanos();
  }

  /** How many timers have neither run nor been called off. */
  public int pendingTimers() {
    int pending = 0;
    for (Alarm alarm : alarms) {
      if (!alarm.cancelled) {
        pending++;
      }
    }
    return pending;
  }
}
