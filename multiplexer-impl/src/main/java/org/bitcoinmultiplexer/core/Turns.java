package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be asked upstream, in fair turns: one exchange of each seat, round and round, so
 * that a client with 50,000 waiting requests delays nobody's single one.
 *
 * <p>There are two lanes, because a correlator may have room for a keyed request when it has none
 * for a keyless one. What is asked again after a lost connection goes first. The cost of every step
 * is constant, however many clients there are. Confined to the engine's loop.
 */
final class Turns {

  /** A group of requests that take turns as one: those of one client. */
  static final class Seat {

    // Made on first use: most clients are idle most of the time.
    private @Nullable ArrayDeque<LiveExchange> keyed;
    private @Nullable ArrayDeque<LiveExchange> keyless;

    private ArrayDeque<LiveExchange> waiting(boolean inKeyedLane) {
      ArrayDeque<LiveExchange> queue = inKeyedLane ? keyed : keyless;
      if (queue == null) {
        queue = new ArrayDeque<>(4);
        if (inKeyedLane) {
          keyed = queue;
        } else {
          keyless = queue;
        }
      }
      return queue;
    }
  }

  /** One lane: the seats that have something waiting in it. */
  static final class Lane {

    private final boolean keyed;
    private final ArrayDeque<LiveExchange> again = new ArrayDeque<>();
    private final ArrayDeque<Seat> seats = new ArrayDeque<>();

    private Lane(boolean keyed) {
      this.keyed = keyed;
    }

    private void add(LiveExchange exchange) {
      if (exchange.attempt > 1) {
        again.add(exchange);
        return;
      }
      Seat seat = exchange.lead.seat;
      ArrayDeque<LiveExchange> queue = seat.waiting(keyed);
      if (queue.isEmpty()) {
        seats.add(seat);
      }
      queue.add(exchange);
    }

    /** Whose turn it is, without taking it; null if nothing waits. */
    @Nullable LiveExchange peek() {
      for (LiveExchange next = again.peek(); next != null; next = again.peek()) {
        if (!next.ended()) {
          return next;
        }
        again.remove();
      }
      for (Seat seat = seats.peek(); seat != null; seat = seats.peek()) {
        ArrayDeque<LiveExchange> queue = seat.waiting(keyed);
        for (LiveExchange next = queue.peek(); next != null; next = queue.peek()) {
          if (!next.ended()) {
            return next;
          }
          queue.remove();
        }
        seats.remove();
      }
      return null;
    }

    /** Takes what {@link #peek} just returned; its seat goes to the end of the round. */
    void take() {
      if (again.poll() != null) {
        return;
      }
      Seat seat = seats.remove();
      ArrayDeque<LiveExchange> queue = seat.waiting(keyed);
      queue.remove();
      if (!queue.isEmpty()) {
        seats.add(seat);
      }
    }
  }

  private final Lane keyed = new Lane(true);
  private final Lane keyless = new Lane(false);
  private boolean keylessFirst;

  void add(LiveExchange exchange) {
    (exchange.keys().isEmpty() ? keyless : keyed).add(exchange);
  }

  /** Both lanes, first the one whose turn it is to be first. */
  Lane first() {
    keylessFirst = !keylessFirst;
    return keylessFirst ? keyless : keyed;
  }

  /** The other lane. */
  Lane second() {
    return keylessFirst ? keyed : keyless;
  }

  /** Takes everything that waits, for when nobody is there to be asked. */
  @Nullable LiveExchange poll() {
    for (Lane lane = keyed; ; lane = keyless) {
      LiveExchange next = lane.peek();
      if (next != null) {
        lane.take();
        return next;
      }
      if (lane == keyless) {
        return null;
      }
    }
  }
}
