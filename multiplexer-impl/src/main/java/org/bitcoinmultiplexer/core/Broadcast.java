package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import org.bitcoinmultiplexer.api.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * Tells news to all sessions, each of which hears them in their order. What takes longer than a
 * slice goes on in the loop's next round, since to tell a thousand clients of a block is a thousand
 * system calls.
 *
 * <p>Confined to the engine's loop.
 */
final class Broadcast {

  /** So many are told without a look at the clock. */
  private static final int AT_ONCE = 16;

  private final EventLoop loop;
  private final Collection<Session> sessions;
  private final Deque<Notification> news = new ArrayDeque<>();
  private @Nullable Iterator<Session> left; // who has not heard the first of them

  /**
   * @param sessions those that may hear news; may change while they are told
   */
  Broadcast(EventLoop loop, Collection<Session> sessions) {
    this.loop = loop;
    this.sessions = sessions;
  }

  /** Tells it, behind what is being told. */
  void publish(Notification told) {
    assert Confined.to(loop);
    news.add(told);
    if (news.size() == 1) {
      tell();
    }
  }

  private void tell() {
    assert Confined.to(loop);
    long end = loop.nanoTime() + SliceQueue.SLICE;
    for (Notification first = news.peek(); first != null; first = news.peek()) {
      Iterator<Session> sessionsLeft = left != null ? left : sessions.iterator();
      left = sessionsLeft;
      for (int i = 0; i < AT_ONCE && sessionsLeft.hasNext(); i++) {
        sessionsLeft.next().news(first);
      }
      if (!sessionsLeft.hasNext()) {
        news.remove();
        left = null;
      }
      if (loop.nanoTime() - end >= 0 && !news.isEmpty()) {
        loop.execute(this::tell);
        return;
      }
    }
  }
}
