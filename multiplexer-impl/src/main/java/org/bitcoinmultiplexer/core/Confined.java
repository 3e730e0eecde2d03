package org.bitcoinmultiplexer.core;

import java.util.concurrent.RejectedExecutionException;
import org.bitcoinmultiplexer.api.EventLoop;

/** What is confined to a loop, and how to get there: at once if the caller is there already. */
final class Confined {

  private Confined() {}

  /**
   * Whether the caller may touch what is confined to a loop, to be asserted by what is.
   *
   * @return true in that loop
   */
  static boolean to(EventLoop loop) {
    return loop.inEventLoop();
  }

  static void run(EventLoop loop, Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
    } else {
      loop.execute(task);
    }
  }

  /**
   * As {@link #run}, in a loop that may have been closed.
   *
   * @return false if it was
   */
  static boolean offer(EventLoop loop, Runnable task) {
    try {
      if (loop.inEventLoop()) {
        task.run();
      } else {
        loop.execute(task);
      }
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }
}
