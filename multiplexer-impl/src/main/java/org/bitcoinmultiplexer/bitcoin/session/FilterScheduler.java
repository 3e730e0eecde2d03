package org.bitcoinmultiplexer.bitcoin.session;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.Rate;
import org.jspecify.annotations.Nullable;

/**
 * The turns in which work for filters is done: a slice at a time, a look of the loop at its sockets
 * and timers in between, and all together no more than half of one processor's time.
 *
 * <p>Only those wait here who want such work. They take turns by host, so that a host gains nothing
 * by more connections, and one that has used up its own budget stands aside until it has some
 * again. Work is counted in steps of a hash function, each about a nanosecond, or by the clock if
 * that says more.
 *
 * <p>Safe on any thread; a {@link Turn} is confined to the loop of its client, and each loop has a
 * queue of its own.
 */
final class FilterScheduler {

  /** So much at a time: some millisecond. */
  static final long SLICE = 1_000_000;

  /** So much time passes for each unit of work. */
  private static final int PAUSE = 2;

  private final EventLoop clock;
  private final Map<EventLoop, LoopQueue> queues = new ConcurrentHashMap<>();
  private long free; // when the next slice may begin; guarded by this

  /**
   * Turns of which none was taken.
   *
   * @param clock whose time is everybody's
   */
  FilterScheduler(EventLoop clock) {
    this.clock = clock;
    this.free = clock.nanoTime() - SLICE * PAUSE;
  }

  /**
   * A place for a client.
   *
   * @param loop where the client lives
   * @param budget its host's
   * @param go called in the loop when it is the client's turn, after it {@linkplain Turn#await
   *     waited}
   */
  Turn turn(EventLoop loop, HostBudget budget, Runnable go) {
    return new Turn(queues.computeIfAbsent(loop, LoopQueue::new), budget, go);
  }

  /** How long it is until a slice may begin, in nanoseconds. */
  private synchronized long pause() {
    return Math.max(0, free - clock.nanoTime());
  }

  private synchronized void spent(long work) {
    long unused = clock.nanoTime() - SLICE * PAUSE; // one slice may be saved up, not more
    free = Math.max(free, unused) + work * PAUSE;
  }

  /** The place of one client. */
  final class Turn {

    private final LoopQueue queue;
    private final HostBudget budget;
    private final Runnable go;
    private long granted; // of the turn that it is, what is left
    private boolean waiting;
    private EventLoop.@Nullable Timer aside; // set while its host has used up its budget

    private Turn(LoopQueue queue, HostBudget budget, Runnable go) {
      this.queue = queue;
      this.budget = budget;
      this.go = go;
    }

    /** How much the client may do now; if nothing, it is to {@link #await}. */
    long take() {
      if (granted > 0) {
        return granted;
      }
      return queue.isEmpty() && pause() == 0 && budget.delay(Rate.FILTER_WORK) == 0 ? SLICE : 0;
    }

    /** Charges for what was done. */
    void spend(long work) {
      granted = Math.max(0, granted - work);
      spent(work);
      budget.spend(Rate.FILTER_WORK, work);
    }

    /** Waits for its turn, unless it does already. Returns how long that is due to its budget. */
    long await() {
      if (waiting) {
        return 0;
      }
      waiting = true;
      return enter();
    }

    private long enter() {
      long delay = budget.delay(Rate.FILTER_WORK);
      if (delay > 0) {
        aside = queue.loop.schedule(Duration.ofNanos(delay), this::comeBack);
      } else {
        queue.add(this);
      }
      return delay;
    }

    private void comeBack() {
      aside = null;
      enter();
    }

    private void run() {
      if (budget.delay(Rate.FILTER_WORK) > 0) {
        enter();
        return;
      }
      waiting = false;
      granted = SLICE;
      try {
        go.run();
      } finally {
        granted = 0;
      }
    }

    /** The client is gone. */
    void close() {
      if (aside != null) {
        aside.cancel();
        aside = null;
      } else if (waiting) {
        queue.remove(this);
      }
    }
  }

  /** Who waits in one loop, by host. Confined to it. */
  private final class LoopQueue {

    private final EventLoop loop;
    private final Map<HostBudget, Deque<Turn>> byHost = new LinkedHashMap<>();
    private EventLoop.@Nullable Timer timer;

    LoopQueue(EventLoop loop) {
      this.loop = loop;
    }

    boolean isEmpty() {
      return byHost.isEmpty();
    }

    void add(Turn turn) {
      byHost.computeIfAbsent(turn.budget, host -> new ArrayDeque<>()).add(turn);
      arm();
    }

    void remove(Turn turn) {
      Deque<Turn> ofHost = byHost.get(turn.budget);
      if (ofHost != null && ofHost.remove(turn) && ofHost.isEmpty()) {
        byHost.remove(turn.budget);
      }
      if (byHost.isEmpty() && timer != null) {
        timer.cancel();
        timer = null;
      }
    }

    /** By a timer, since those that are set in a round wait for the next in every kind of loop. */
    private void arm() {
      if (timer == null && !byHost.isEmpty()) {
        timer = loop.schedule(Duration.ofNanos(Math.max(1, pause())), this::next);
      }
    }

    private void next() {
      timer = null;
      if (pause() == 0) {
        Map.Entry<HostBudget, Deque<Turn>> first = byHost.entrySet().iterator().next();
        Turn turn = first.getValue().remove();
        byHost.remove(first.getKey());
        if (!first.getValue().isEmpty()) {
          byHost.put(first.getKey(), first.getValue()); // behind the other hosts
        }
        try {
          turn.run();
        } finally {
          arm();
        }
      } else {
        arm();
      }
    }
  }
}
