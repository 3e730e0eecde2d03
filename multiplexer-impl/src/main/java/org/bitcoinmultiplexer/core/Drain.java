package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.bitcoinmultiplexer.api.EventLoop;
import org.jspecify.annotations.Nullable;

/**
 * The last part of a connection whose peer says no more but may still read: it ends once everything
 * is delivered that was asked for, or after {@link #PATIENCE}.
 *
 * <p>Whether that is so is looked at again and again, rather than wherever it may change: most
 * peers that say no more have gone, and wait for nothing. Confined to the loop.
 */
final class Drain {

  /** How long a peer that cannot be told from one that has gone takes up its place at most. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration INTERVAL = Duration.ofMillis(100);

  private final EventLoop loop;
  private final BooleanSupplier isDone;
  private final Runnable end;
  private final long until;
  private EventLoop.@Nullable Timer next;

  private Drain(EventLoop loop, BooleanSupplier isDone, Runnable end) {
    this.loop = loop;
    this.isDone = isDone;
    this.end = end;
    this.until = loop.nanoTime() + PATIENCE.toNanos();
  }

  /**
   * Ends at once if there is nothing to wait for.
   *
   * @param isDone whether everything is delivered
   * @param end ends the connection, which cancels this
   */
  static Drain begin(EventLoop loop, BooleanSupplier isDone, Runnable end) {
    Drain drain = new Drain(loop, isDone, end);
    drain.look();
    return drain;
  }

  /** The connection has ended. */
  void cancel() {
    assert Confined.to(loop);
    if (next != null) {
      next.cancel();
    }
  }

  private void look() {
    assert Confined.to(loop);
    if (isDone.getAsBoolean() || loop.nanoTime() - until >= 0) {
      end.run();
    } else {
      next = loop.schedule(INTERVAL, this::look);
    }
  }
}
