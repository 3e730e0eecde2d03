package org.bitcoinmultiplexer.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Writes what waits to the connection of the day: in fair turns, and as much as there is room for.
 *
 * <p>Confined to the engine's loop.
 */
final class RequestWriter {

  private final EventLoop loop;
  private final RequestQueue turns;
  private final HazardMemory hazards;
  private final Isolation isolation;
  private final LargeShare large;
  private final SubmissionShare handedIn = new SubmissionShare();
  private final LongAdder written;
  private final LongAdder submitted;

  // What was found to be asked of another node or not at all; empty between two times.
  private final List<RequestAttempt> unfit = new ArrayList<>();
  private final List<RequestAttempt> hazardous = new ArrayList<>();

  private final Runnable write = this::write; // made once, for it runs for every few requests
  private @Nullable UpstreamConnection connection;
  private boolean due;

  RequestWriter(
      EventLoop loop,
      RequestQueue turns,
      HazardMemory hazards,
      Isolation isolation,
      Strategy.Window window,
      Counters counters) {
    this.loop = loop;
    this.turns = turns;
    this.hazards = hazards;
    this.isolation = isolation;
    this.large = new LargeShare(window);
    this.written = counters.counter(Counter.UPSTREAM_REQUESTS);
    this.submitted = counters.counter(Counter.UPSTREAM_SUBMISSIONS);
  }

  /** There is a connection, in which nothing is in flight. */
  void connected(UpstreamConnection ready) {
    connection = ready;
    handedIn.clear();
  }

  /** There is none any more. */
  void disconnected() {
    connection = null;
    large.clear();
  }

  /** Upstream said something that belongs to an exchange, so there may be room for more. */
  void heard() {
    handedIn.heard(loop.nanoTime());
    writeSoon();
  }

  /** An attempt does not take up the connection any more; how long upstream needed for it. */
  long released(RequestAttempt exchange) {
    if (exchange.isLarge()) {
      large.give(exchange.weight());
    }
    return handedIn.ended(exchange, loop.nanoTime());
  }

  /**
   * Collects what is asked within one task of the loop, so that it is written, and fenced, once.
   */
  void writeSoon() {
    if (!due && connection != null) {
      due = true;
      loop.execute(write);
    }
  }

  private void write() {
    assert Confined.to(loop);
    due = false;
    UpstreamConnection to = connection;
    if (to == null) {
      return;
    }
    RequestQueue.PriorityClass served = null;
    for (int place = 0; place < turns.priorities(); place++) {
      RequestQueue.PriorityClass priority = turns.priority(place);
      if (priority.isForSubmissions()) {
        to.flush(); // so that each of them has a marker of its own
      }
      int now = admit(priority, to);
      if (now > 0 && served == null) {
        served = priority;
      }
      (priority.isForSubmissions() ? submitted : written).add(now);
    }
    if (served != null) {
      turns.served(served);
      to.flush();
    }
    if (!unfit.isEmpty() || !hazardous.isEmpty()) {
      turnAway();
    }
  }

  /** What came to its turn and is not for this connection. */
  private void turnAway() {
    List<RequestAttempt> failing = List.copyOf(unfit);
    List<RequestAttempt> moving = List.copyOf(hazardous);
    unfit.clear();
    hazardous.clear();
    failing.forEach(exchange -> exchange.fail("this node cannot be asked for that"));
    for (RequestAttempt exchange : moving) {
      if (exchange.isWaiting()) { // else it came to its turn at another source, too
        isolation.add(exchange.moveAside());
      }
    }
  }

  private int admit(RequestQueue.PriorityClass priority, UpstreamConnection to) {
    int admitted = 0;
    for (RequestAttempt next = priority.peek(); next != null; next = priority.peek()) {
      if (!isolation.owner().suits(next)) {
        priority.take();
        unfit.add(next);
        continue;
      }
      if (hazards.course(to.target(), next.request()) != HazardMemory.Course.SHARED) {
        priority.take();
        hazardous.add(next);
        continue;
      }
      if (!hasRoom(priority, next)) {
        break;
      }
      boolean taken = to.router().admit(next);
      if (priority.isForSubmissions()) {
        turns.starves(!taken && admitted == 0);
      }
      if (!taken) {
        break;
      }
      if (next.isLarge()) {
        large.take(next.weight());
        next.dispatched.source().charge(next.weight());
      }
      priority.take();
      next.admitted(loop.nanoTime(), to);
      to.asked(next);
      admitted++;
      if (priority.isForSubmissions()) {
        handedIn.take(next.weight());
        to.flush();
      }
    }
    return admitted;
  }

  private boolean hasRoom(RequestQueue.PriorityClass priority, RequestAttempt next) {
    if (priority.isForSubmissions()) {
      return handedIn.hasRoom(next.weight());
    }
    return !priority.isLarge() || large.hasRoom();
  }
}
