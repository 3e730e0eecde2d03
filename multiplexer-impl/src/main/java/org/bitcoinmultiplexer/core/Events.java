package org.bitcoinmultiplexer.core;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.metrics.Counter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the embedder's listener what happens, on its executor and in the order in which it happens;
 * what it throws is logged and contained.
 *
 * <p>Strangers cause events as fast as they can come and go, and a listener may be slow, or hang.
 * So only so many wait for it. It misses those that come then, and is told how many at the place
 * where they are missing: it can look at the counters, which miss nothing. Any thread.
 */
final class Events {

  /** So many wait for the listener, which is some megabytes. */
  static final int MOST_WAITING = 10_000;

  private static final Logger log = LoggerFactory.getLogger(Events.class);

  private final MultiplexerListener listener;
  private final Executor executor;
  private final LongSupplier nanoTime;
  private final LongAdder allMissed;
  private final LogThrottle complaints = new LogThrottle();
  private int waiting; // guarded by this
  private long missed; // and not told; guarded by this

  Events(
      MultiplexerListener listener, Executor executor, LongSupplier nanoTime, Counters counters) {
    this.listener = listener;
    this.executor = executor;
    this.nanoTime = nanoTime;
    this.allMissed = counters.counter(Counter.LISTENER_MISSED);
  }

  /** Tells, unless too much waits. */
  void tell(Consumer<? super MultiplexerListener> event) {
    long gap;
    synchronized (this) {
      gap = missed;
      if (waiting < MOST_WAITING) {
        waiting++;
        missed = 0;
      } else {
        missed++;
        gap = -1;
      }
    }
    if (gap < 0) {
      miss();
    } else {
      execute(gap, event);
    }
  }

  /** Tells of the end, whatever waits. */
  void tellLast(Consumer<? super MultiplexerListener> event) {
    synchronized (this) {
      waiting++;
    }
    execute(0, event);
  }

  private void miss() {
    allMissed.increment();
    long times = complaints.count(nanoTime.getAsLong());
    if (times > 0) {
      log.warn("the listener missed {} events: {} others wait for it", times, MOST_WAITING);
    }
  }

  private void execute(long gap, Consumer<? super MultiplexerListener> event) {
    try {
      executor.execute(
          () -> {
            guarded(gap);
            guarded(event);
            guarded(done());
          });
    } catch (RejectedExecutionException e) {
      log.debug("nobody listens any more");
      done();
    }
  }

  /** How many events were missed behind the last of all that waited. */
  private synchronized long done() {
    waiting--;
    long behind = waiting == 0 ? missed : 0;
    missed -= behind;
    return behind;
  }

  private void guarded(long gap) {
    if (gap > 0) {
      guarded(l -> l.onEventsMissed(gap));
    }
  }

  private void guarded(Consumer<? super MultiplexerListener> event) {
    try {
      event.accept(listener);
    } catch (RuntimeException e) {
      log.error("a listener failed", e);
    }
  }
}
