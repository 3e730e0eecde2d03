package org.bitcoinmultiplexer.core;

import java.time.Duration;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.budget.Holding;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.Rate;
import org.jspecify.annotations.Nullable;

/**
 * What one session takes of its host's budget, and whether it has to wait because that is used up.
 *
 * <p>Messages are charged some at a time, which costs next to nothing per message and lets a
 * session go beyond its budget by that much. Confined to the session's loop.
 */
final class HostAccount {

  private static final int MESSAGES_AT_A_TIME = 64;
  private static final int BYTES_AT_A_TIME = 64 * 1024;

  /** Of so little that is unsent a transport does not say that it has gone. */
  private static final int UNHEARD = 64 * 1024;

  /** Others may leave memory, of which nobody tells: so it is looked for again after this. */
  private static final Duration HELD_UP = Duration.ofMillis(50);

  private final HostBudget budget;
  private final EventLoop loop;
  private final Transport transport;
  private final Runnable tryAgain;
  private int messages;
  private long bytes;
  private long held;
  private long owed;
  private EventLoop.@Nullable Timer waiting;
  private boolean mute; // not to be heard while it waits
  private boolean indebted;
  private boolean closed;

  /**
   * Nothing was taken.
   *
   * @param tryAgain called when something for which there was no room may be tried again
   */
  HostAccount(HostBudget budget, EventLoop loop, Transport transport, Runnable tryAgain) {
    this.budget = budget;
    this.loop = loop;
    this.transport = transport;
    this.tryAgain = tryAgain;
  }

  /** A message has come. */
  void heard(int size) {
    assert Confined.to(loop);
    messages++;
    bytes += size;
  }

  /** So many bytes of requests and replies are kept for the client. */
  void holds(long now) {
    assert Confined.to(loop);
    if (now != held) {
      budget.hold(Holding.RECEIVED, now - held);
      held = now;
    }
  }

  /** So many bytes are expected for the client or held back, beside what is unsent. */
  void owes(long expected) {
    assert Confined.to(loop);
    long now = expected + Math.max(0, transport.pendingBytes() - UNHEARD);
    if (now != owed && !closed) {
      budget.hold(Holding.OWED, now - owed);
      owed = now;
    }
  }

  /** Whether the client may be owed more; if not, that is tried again later. */
  boolean mayBeOwedMore() {
    assert Confined.to(loop);
    if (budget.isRoomy(Holding.OWED)) {
      return true;
    }
    waitFor(HELD_UP.toNanos());
    return false;
  }

  /** Whether the client should be read from; if not, that is tried again later. */
  boolean mayBeHeard() {
    assert Confined.to(loop);
    if (mute) {
      return false;
    }
    long delay = charge();
    if (delay == 0 && held > 0 && !budget.hasRoom(Holding.RECEIVED, 0)) {
      delay = HELD_UP.toNanos();
    }
    if (delay > 0) {
      mute = true;
      waitFor(delay);
    }
    return delay == 0;
  }

  private long charge() {
    if (!indebted && messages < MESSAGES_AT_A_TIME && bytes < BYTES_AT_A_TIME) {
      return 0;
    }
    budget.spend(Rate.MESSAGES, messages);
    budget.spend(Rate.BYTES_IN, bytes);
    messages = 0;
    bytes = 0;
    long delay = Math.max(budget.delay(Rate.MESSAGES), budget.delay(Rate.BYTES_IN));
    indebted = delay > 0;
    return delay;
  }

  private void waitFor(long nanos) {
    if (waiting == null && !closed) {
      waiting =
          loop.schedule(
              Duration.ofNanos(nanos),
              () -> {
                waiting = null;
                mute = false;
                tryAgain.run();
              });
    }
  }

  /** Gives everything back. */
  void close() {
    assert Confined.to(loop);
    if (waiting != null) {
      waiting.cancel();
    }
    holds(0);
    budget.release(Holding.OWED, owed);
    owed = 0;
    closed = true;
  }
}
