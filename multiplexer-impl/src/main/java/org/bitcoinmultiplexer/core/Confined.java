package org.bitcoinmultiplexer.core;

import java.util.concurrent.RejectedExecutionException;
import org.bitcoinmultiplexer.api.EventLoop;

/** Runs tasks in the loop they are confined to: at once if the caller is there already. */
final class Confined {

  private Confined() {}

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

  static void check(EventLoop loop) {
    if (!loop.inEventLoop()) {
      throw new IllegalStateException("called outside of its event loop");
    }
  }
}
