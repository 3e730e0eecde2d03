package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bitcoinmultiplexer.api.EventLoop;

/**
 * Those in one loop who have more to do than a slice: one of them at a time, first come, first
 * served, and the loop looks at its sockets and timers in between. So whoever has little to do
 * waits for one slice at most, however many have much.
 *
 * <p>Confined to its loop.
 */
final class SliceQueue {

  /** So long at a time, in nanoseconds. */
  static final long SLICE = 1_000_000;

  private final EventLoop loop;
  private final Deque<Runnable> waiting = new ArrayDeque<>();
  private boolean due;

  SliceQueue(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * Waits for a turn.
   *
   * @param turn does a slice, and may wait again for the next
   */
  void await(Runnable turn) {
    assert Confined.to(loop);
    waiting.add(turn);
    goOn();
  }

  private void goOn() {
    if (!due && !waiting.isEmpty()) {
      due = true;
      loop.execute(this::next);
    }
  }

  private void next() {
    assert Confined.to(loop);
    due = false;
    try {
      waiting.remove().run();
    } finally {
      goOn();
    }
  }
}
