package org.bitcoinmultiplexer.strategy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Numbering;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.jspecify.annotations.Nullable;

/**
 * Any exchanges, as many as both sides' windows take, told apart by the numbers that the peer
 * repeats: the form of {@code sequence} for peers that agreed to it. Needs no key, no marker and no
 * order.
 *
 * <p><b>On the wire</b> a flush writes each request behind its number.
 *
 * <p><b>States of a slot.</b> ADMITTED —flush→ ASKED —the end of its answer→ free. <b>Of the
 * connection.</b> BETWEEN —the number of a part→ NUMBERED —the part→ BETWEEN.
 *
 * <p><b>A number finds, the content decides.</b> What comes under a number goes to its exchange,
 * also if it does not {@linkplain KeyStrategy#answers answer} it: the check of the whole answer,
 * which every answer has to pass, finds it to be a lie, and so no other exchange pays for it. What
 * comes without a number is unsolicited.
 *
 * <p><b>Violations.</b> After a number that cannot be read or has no place, nobody can say what the
 * next message belongs to: one that is not in use (its answer is over, or was never asked for), one
 * behind another, one of a request (nobody takes the peer's), and an answer that does not end.
 */
final class NumberRouter implements ResponseRouter {

  /**
   * More than any answer has. A peer that goes on and on under one number would cost memory without
   * end.
   */
  private static final long MOST_BYTES = 64_000_000;

  /** What a message costs besides its bytes, so that empty ones count as well. */
  private static final int MESSAGE_COST = 100;

  private static final class Asked {
    final Slot slot;
    long received;

    Asked(Slot slot) {
      this.slot = slot;
    }
  }

  private final KeyStrategy keys;
  private final Numbering numbering;
  private final WindowRoom room;

  /** What was asked and is not answered to its end, oldest first. */
  private final Map<Long, Asked> byNumber = new LinkedHashMap<>();

  private final Deque<Slot> unwritten = new ArrayDeque<>();
  private long admissions;
  private @Nullable Asked next;
  private boolean nextIsLast;

  /**
   * Makes a router without exchanges.
   *
   * @param numbering what the dialect has of it
   * @param window ours; the peer's may be smaller
   */
  NumberRouter(Dialect dialect, Numbering numbering, Window window) {
    this.keys = dialect.keys();
    this.numbering = numbering;
    this.room =
        new WindowRoom(new Window(Math.min(window.items(), numbering.window()), window.bytes()));
  }

  @Override
  public boolean admit(Exchange exchange) {
    if (!room.has(Math.max(1, exchange.weight()))) {
      return false;
    }
    Slot slot = new Slot(exchange, admissions++);
    room.take(slot);
    unwritten.add(slot);
    return true;
  }

  @Override
  public void flush(Consumer<? super Message> upstream) {
    for (Slot slot = unwritten.poll(); slot != null; slot = unwritten.poll()) {
      slot.markWritten();
      byNumber.put(slot.order, new Asked(slot));
      upstream.accept(numbering.request(slot.order));
      upstream.accept(slot.exchange.request());
    }
  }

  @Override
  public Routing route(Message response) {
    Numbering.Kind kind = numbering.kind(response);
    Asked numbered = next;
    if (kind == Numbering.Kind.NONE) {
      next = null;
      return numbered == null ? Routing.UNSOLICITED : routePart(numbered, response);
    }
    if (numbered != null || kind == Numbering.Kind.BROKEN || kind == Numbering.Kind.REQUEST) {
      return Routing.VIOLATION;
    }
    Asked asked = byNumber.get(numbering.number(response));
    if (asked == null) {
      return Routing.VIOLATION;
    }
    switch (kind) {
      case END -> free(asked).end();
      case FAILED -> fail(free(asked).exchange);
      default -> {
        next = asked;
        nextIsLast = kind == Numbering.Kind.LAST;
      }
    }
    return Routing.CLAIMED;
  }

  private Routing routePart(Asked asked, Message part) {
    Exchange exchange = asked.slot.exchange;
    asked.received += part.size() + MESSAGE_COST;
    if (asked.received > MOST_BYTES) {
      return Routing.VIOLATION;
    }
    if (!exchange.ended() && !isRefusal(exchange.request(), part)) {
      exchange.receive(part);
    }
    if (nextIsLast) {
      free(asked).end();
    }
    return Routing.CLAIMED;
  }

  /** A refusal is an answer of no message; one of something else is no refusal but a lie. */
  private boolean isRefusal(Message request, Message part) {
    return keys.refuses(part) && keys.answers(request, part);
  }

  private static void fail(Exchange exchange) {
    if (!exchange.ended()) {
      exchange.fail("upstream could not find out");
    }
  }

  /** Frees the number and the place; the exchange is yet to be ended, last of all. */
  private Slot free(Asked asked) {
    byNumber.remove(asked.slot.order);
    room.give(asked.slot);
    return asked.slot;
  }

  @Override
  public void abandon(Exchange exchange) {
    forEach(
        slot -> {
          if (slot.exchange == exchange) {
            slot.abandon();
          }
        });
  }

  @Override
  public List<Exchange> drain() {
    List<Exchange> wanted = new ArrayList<>();
    forEach(
        slot -> {
          if (slot.isWanted()) {
            wanted.add(slot.exchange);
          }
        });
    byNumber.clear();
    unwritten.clear();
    room.clear();
    next = null;
    return wanted;
  }

  /** All slots, oldest first. */
  private void forEach(Consumer<Slot> action) {
    byNumber.values().forEach(asked -> action.accept(asked.slot));
    unwritten.forEach(action);
  }

  @Override
  public int inFlight() {
    return room.items();
  }
}
