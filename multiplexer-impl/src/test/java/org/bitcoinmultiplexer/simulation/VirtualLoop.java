package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * One of several event loops in one virtual time: what is handed from one to another arrives there
 * a little later, as between threads.
 */
final class VirtualLoop implements EventLoop {

  /** Which loop is running. */
  static final class Processor {
    private VirtualLoop running;
  }

  private final SimulatedLoop time;
  private final Processor processor;
  private final Draw draw;
  private final double slowestMillis;
  private final Deque<Runnable> tasks = new ArrayDeque<>();
  private boolean woken;

  /**
   * A loop without tasks.
   *
   * @param slowestMillis how long a hand-over takes at most; 0 if all happens on one thread
   */
  VirtualLoop(SimulatedLoop time, Processor processor, Draw draw, double slowestMillis) {
    this.time = time;
    this.processor = processor;
    this.draw = draw;
    this.slowestMillis = slowestMillis;
  }

  /** Runs something in this loop now. */
  void enter(Runnable task) {
    VirtualLoop before = processor.running;
    processor.running = this;
    try {
      task.run();
    } finally {
      processor.running = before;
    }
  }

  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    if (!woken) {
      woken = true;
      Duration latency = slowestMillis > 0 ? draw.within(0, slowestMillis) : Duration.ZERO;
      time.schedule(latency, () -> enter(this::runTasks));
    }
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
    woken = false;
  }

  @Override
  public boolean inEventLoop() {
    return processor.running == this;
  }

  @Override
  public long nanoTime() {
    return time.nanoTime();
  }

  @Override
  public Timer schedule(Duration delay, Runnable task) {
    return time.schedule(delay, () -> enter(task));
  }
}
