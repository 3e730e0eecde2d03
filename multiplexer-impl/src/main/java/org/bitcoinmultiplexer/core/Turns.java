package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be asked upstream, in fair turns: one exchange of each seat, round and round, so
 * that a client with 50,000 waiting requests delays nobody's single one.
 *
 * <p>There are lanes. Keyed and keyless requests have lanes of their own because a correlator may
 * have room for one when it has none for the other; small and large answers have, because one
 * client's thousand blocks must not stand before another's transaction. What large answers may put
 * into the pipeline is for the caller to bound. These four take turns to be the first: one that was
 * served comes last in the next round. Before them go the library's own few questions, on which all
 * clients depend.
 *
 * <p>In each lane what is asked again after a lost connection goes first. The cost of every step is
 * constant, however many clients there are. Confined to the engine's loop.
 */
final class Turns {

  /** Up to this weight an answer is small: a full {@code headers} message still is. */
  static final long SMALL = 200_000;

  /** Lanes come in pairs, keyed and keyless: the library's own, small answers, large ones. */
  private static final int SMALL_LANES = 2;

  private static final int LARGE_LANES = 4;
  private static final int LANES = 6;
  private static final int ROUND = LANES - SMALL_LANES;

  /** A group of requests that take turns as one: those of one client. */
  static final class Seat {

    /** Whether it is the library's own. */
    private final boolean first;

    // Made on first use: most clients are idle most of the time.
    private final @Nullable Waiting[] waiting = new Waiting[LANES];

    private Seat(boolean first) {
      this.first = first;
    }

    /** A client's. */
    Seat() {
      this(false);
    }

    /** The seat of those who go before everybody else; there should be few of them. */
    static Seat first() {
      return new Seat(true);
    }

    private Waiting waiting(int lane) {
      Waiting queue = waiting[lane];
      if (queue == null) {
        queue = new Waiting();
        waiting[lane] = queue;
      }
      return queue;
    }
  }

  /** What waits at one seat for one lane. */
  private static final class Waiting extends ArrayDeque<LiveExchange> {

    private static final long serialVersionUID = 1;

    Waiting() {
      super(4);
    }

    /** The first that somebody still waits for; forgets those before it. */
    @Nullable LiveExchange firstOpen() {
      for (LiveExchange next = peek(); next != null; next = peek()) {
        if (!next.ended()) {
          return next;
        }
        remove();
      }
      return null;
    }
  }

  /** One lane: the seats that have something waiting in it. */
  static final class Lane {

    private final int number;
    private final Waiting again = new Waiting();
    private final ArrayDeque<Seat> seats = new ArrayDeque<>();

    private Lane(int number) {
      this.number = number;
    }

    /** Whether it is the library's own. */
    boolean isOwn() {
      return number < SMALL_LANES;
    }

    /** Whether answers in this lane are large. */
    boolean isLarge() {
      return number >= LARGE_LANES;
    }

    private void add(LiveExchange exchange) {
      if (exchange.attempt > 1) {
        again.add(exchange);
        return;
      }
      Seat seat = exchange.lead.seat;
      Waiting queue = seat.waiting(number);
      if (queue.isEmpty()) {
        seats.add(seat);
      }
      queue.add(exchange);
    }

    /** Whose turn it is, without taking it; null if nothing waits. */
    @Nullable LiveExchange peek() {
      LiveExchange next = again.firstOpen();
      for (Seat seat = seats.peek(); next == null && seat != null; seat = seats.peek()) {
        next = seat.waiting(number).firstOpen();
        if (next == null) {
          seats.remove();
        }
      }
      return next;
    }

    /** Takes what {@link #peek} just returned; its seat goes to the end of the round. */
    void take() {
      if (again.poll() != null) {
        return;
      }
      Seat seat = seats.remove();
      Waiting queue = seat.waiting(number);
      queue.remove();
      if (!queue.isEmpty()) {
        seats.add(seat);
      }
    }
  }

  private final Lane[] lanes = new Lane[LANES];
  private int first;

  Turns() {
    for (int i = 0; i < LANES; i++) {
      lanes[i] = new Lane(i);
    }
  }

  void add(LiveExchange exchange) {
    int pair = exchange.lead.seat.first ? 0 : exchange.isLarge() ? LARGE_LANES : SMALL_LANES;
    lanes[pair + (exchange.keys().isEmpty() ? 1 : 0)].add(exchange);
  }

  /** How many lanes there are. */
  int lanes() {
    return LANES;
  }

  /**
   * A lane.
   *
   * @param place in the order of this round, from 0
   */
  Lane lane(int place) {
    return lanes[place < SMALL_LANES ? place : SMALL_LANES + (first + place) % ROUND];
  }

  /**
   * Begins another round, in which the lane that was served in this one comes last.
   *
   * @param lane the first that was served; rounds in which none was do not count, or the rhythm of
   *     answers and markers could keep one lane from ever being the first
   */
  void served(Lane lane) {
    if (!lane.isOwn()) {
      first = (lane.number + 1) % ROUND;
    }
  }

  /** Takes everything that waits, for when nobody is there to be asked. */
  @Nullable LiveExchange poll() {
    for (Lane lane : lanes) {
      LiveExchange next = lane.peek();
      if (next != null) {
        lane.take();
        return next;
      }
    }
    return null;
  }
}
