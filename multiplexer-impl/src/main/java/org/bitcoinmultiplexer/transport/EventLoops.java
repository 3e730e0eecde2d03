package org.bitcoinmultiplexer.transport;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Event loops for hosts that have none of their own. */
public final class EventLoops {

  private static final Logger log = LoggerFactory.getLogger(EventLoops.class);

  private EventLoops() {}

  /** An event loop that somebody has to close. */
  public interface OwnedLoop extends EventLoop, AutoCloseable {

    /**
     * Runs what was given to {@link #execute} before, drops the timers, and ends the thread; waits
     * up to five seconds for that, unless called from the loop itself. Later tasks are refused with
     * a {@link java.util.concurrent.RejectedExecutionException}. Idempotent; any thread.
     */
    @Override
    void close();

    /**
     * Has somebody told, in the loop, if the loop ends because of an error that {@linkplain
     * EventLoops#isFatal no program survives}. Any thread.
     *
     * @param listener what can still be closed should be closed when it returns
     */
    void onFailure(Consumer<? super Error> listener);
  }

  /**
   * Starts a loop that has a daemon thread of its own.
   *
   * @param name of the thread
   * @return a running loop
   */
  public static OwnedLoop singleThread(String name) {
    return new SingleThreadLoop(name);
  }

  /**
   * Runs a task as an event loop must: what it throws is logged and contained, unless no program
   * survives it.
   *
   * @param task what to run
   * @throws VirtualMachineError that the task threw, if it {@linkplain #isFatal is fatal}
   */
  @SuppressWarnings("CatchingUnchecked") // a loop outlives whatever else its tasks throw
  public static void contain(Runnable task) {
    try {
      task.run();
    } catch (Throwable e) {
      throwIfFatal(e);
      log.error("a task of an event loop failed", e);
    }
  }

  /**
   * Whether an error leaves the process in a state of which nothing is known: memory has run out,
   * or the Java machine is broken. Whatever was being done is half done, and to go on would leave
   * clients without answers; a supervisor should start the process anew. A stack that overflowed is
   * a fault of one task, like any other exception.
   *
   * @param thrown anything
   * @return true if a loop ends because of it
   */
  public static boolean isFatal(Throwable thrown) {
    return thrown instanceof VirtualMachineError && !(thrown instanceof StackOverflowError);
  }

  static void throwIfFatal(Throwable thrown) {
    if (isFatal(thrown)) {
      throw (VirtualMachineError) thrown;
    }
  }

  /**
   * Gives a task to a loop that may have been closed already.
   *
   * @param loop where it should run
   * @param task what nobody misses when the loop is gone
   * @return false if the loop refused it
   */
  public static boolean offer(EventLoop loop, Runnable task) {
    try {
      loop.execute(task);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  /**
   * A delay in nanoseconds.
   *
   * @param delay of any size
   * @return 0 if it is negative, {@link Long#MAX_VALUE} / 2 (146 years) if it is longer than that
   */
  public static long delayNanos(Duration delay) {
    if (delay.isNegative()) {
      return 0;
    }
    long longest = Long.MAX_VALUE / 2;
    return delay.compareTo(Duration.ofNanos(longest)) >= 0 ? longest : delay.toNanos();
  }
}
