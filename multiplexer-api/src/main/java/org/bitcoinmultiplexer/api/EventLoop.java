package org.bitcoinmultiplexer.api;

import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * Runs tasks one after another, in the order in which they were given, and knows the time.
 *
 * <p>What is confined to a loop needs no lock: it is touched only by the loop's tasks. A loop may
 * be a thread of its own, a host's or Netty's event loop, or a simulation with virtual time, which
 * is why time is asked here and nowhere else.
 *
 * <p><b>Rounds.</b> A task that is given by a task does not run before timers that are due have run
 * and, in a loop that waits for sockets, those were looked at. So work that is divided into tasks,
 * each of which gives the next, keeps nobody else waiting for longer than one of them takes.
 *
 * <p><b>Threading.</b> All methods may be called from any thread. A task sees the effects of all
 * tasks before it.
 */
public interface EventLoop extends Executor {

  /**
   * Whether the caller is running in this loop, so that confined state may be touched directly.
   *
   * @return true in a task of this loop
   */
  boolean inEventLoop();

  /**
   * Elapsed time, as {@link System#nanoTime()}: meaningful only as a difference.
   *
   * @return nanoseconds since an arbitrary origin
   */
  long nanoTime();

  /**
   * Runs a task once, later.
   *
   * @param delay how much later; zero or negative means as soon as possible
   * @param task what to run; what it throws is logged and contained
   * @return the way to call it off
   */
  Timer schedule(Duration delay, Runnable task);

  /** A task that has not run yet. */
  interface Timer {

    /** Calls the task off; without effect once it has run. Any thread. */
    void cancel();
  }
}
