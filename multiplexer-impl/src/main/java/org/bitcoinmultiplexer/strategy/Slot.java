package org.bitcoinmultiplexer.strategy;

import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * An admitted exchange and what of its answer is still missing.
 *
 * <p><b>States.</b> ADMITTED —{@link #markWritten}→ WRITTEN —{@link #end}→ ENDED. Only a written
 * slot takes messages: what arrives before its request was written cannot be an answer to it. An
 * ended slot may go on to hold its place in the window; that is the router's to decide.
 *
 * <p>Confined to the router's loop.
 */
final class Slot {

  /** What a message was to a slot. */
  enum Claim {
    /** Not an answer to this exchange, or to a part of it that is answered already. */
    NONE,
    /** A part of the answer; more may follow. */
    PART,
    /** The rest of the answer. */
    LAST
  }

  private enum State {
    ADMITTED,
    WRITTEN,
    ENDED
  }

  final Exchange exchange;
  final long weight;

  /** The place in the order of admission. */
  final long order;

  /** Links of the one {@link SlotList} this slot is in; that class alone writes them. */
  @Nullable Slot next;

  @Nullable Slot previous;
  @Nullable SlotList list;

  private State state = State.ADMITTED;
  private boolean abandoned;
  private long offered;

  /** Of several keys those that have been neither answered nor refused; else not used. */
  private final Set<Key> open;

  /** Something answered it before its turn, and nothing did since. */
  private boolean early;

  /** Of several keys those that were answered early, and not again since; made on first use. */
  private @Nullable Set<Key> earlyKeys;

  Slot(Exchange exchange, long order) {
    this.exchange = exchange;
    this.order = order;
    this.weight = Math.max(1, exchange.weight());
    Set<Key> keys = exchange.keys();
    this.open = keys.size() > 1 ? new HashSet<>(keys) : Set.of();
  }

  /** The request is about to be written: answers may come. */
  void markWritten() {
    state = State.WRITTEN;
  }

  boolean isWritten() {
    return state != State.ADMITTED;
  }

  void abandon() {
    abandoned = true;
  }

  /** Whether somebody still waits, so that the exchange is worth repeating elsewhere. */
  boolean isWanted() {
    return !abandoned && !exchange.ended();
  }

  /**
   * Whether this is the first time that a slot is offered a certain message, of which a message
   * with several keys would otherwise be received more than once.
   *
   * @param turn a number for each message, rising from 1
   */
  boolean isFirstOffer(long turn) {
    boolean first = offered != turn;
    offered = turn;
    return first;
  }

  /**
   * Gives a message to the exchange if it answers it; a refusal counts as an answer of no message.
   *
   * <p>With several keys, each one found in the message and not answered before is settled by it,
   * and the answer is complete when no key is left. Full keys are compared here, whatever found
   * this slot.
   */
  Claim offer(Message response, KeyStrategy keys) {
    if (!fits(response, keys)) {
      return Claim.NONE;
    }
    Message request = exchange.request();
    boolean several = !open.isEmpty();
    early = false;
    if (earlyKeys != null) {
      earlyKeys.removeAll(keys.responseKeys(response));
    }
    boolean refused = keys.refuses(response);
    if (!refused && !exchange.ended()) {
      exchange.receive(response);
    }
    if (!refused && !keys.completes(request, response)) {
      return Claim.PART;
    }
    if (several) {
      open.removeAll(keys.responseKeys(response));
    }
    return open.isEmpty() ? Claim.LAST : Claim.PART;
  }

  private boolean fits(Message response, KeyStrategy keys) {
    return state == State.WRITTEN
        && keys.answers(exchange.request(), response)
        && (open.isEmpty() || !Collections.disjoint(open, keys.responseKeys(response)));
  }

  /**
   * Takes note of a message that would have answered the exchange, had its turn come. It is not
   * believed; but it is either a coincidence, and then the same comes again in turn, or an answer
   * out of order, and then the slot goes on to be {@link #isOwed owed}.
   */
  void seeEarly(Message response, KeyStrategy keys) {
    if (!fits(response, keys)) {
      return;
    }
    if (open.isEmpty()) {
      early = true;
      return;
    }
    if (earlyKeys == null) {
      earlyKeys = new HashSet<>();
    }
    for (Key key : keys.responseKeys(response)) {
      if (open.contains(key)) {
        earlyKeys.add(key);
      }
    }
  }

  /** Whether something answered the exchange before its turn that has not come again. */
  boolean isOwed() {
    return early || (earlyKeys != null && !earlyKeys.isEmpty());
  }

  /**
   * Ends the exchange with what it has received, unless it was ended before. The last thing to do
   * with a slot: the exchange may call the router again.
   */
  void end() {
    if (state != State.ENDED) {
      state = State.ENDED;
      if (!exchange.ended()) {
        exchange.complete();
      }
    }
  }
}
