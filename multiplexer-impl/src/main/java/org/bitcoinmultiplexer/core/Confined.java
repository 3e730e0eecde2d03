package org.bitcoinmultiplexer.core;

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

  static void check(EventLoop loop) {
    if (!loop.inEventLoop()) {
      throw new IllegalStateException("called outside of its event loop");
    }
  }
}
