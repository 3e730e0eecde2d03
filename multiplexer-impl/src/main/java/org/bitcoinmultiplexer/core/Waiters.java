package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Outcome;
import org.jspecify.annotations.Nullable;

/** A list of waiters in the order of their arrival, with removal at no cost. */
final class Waiters {

  private @Nullable Waiter first;
  private @Nullable Waiter last;

  boolean isEmpty() {
    return first == null;
  }

  void add(Waiter waiter) {
    waiter.list = this;
    waiter.previous = last;
    waiter.next = null;
    if (last == null) {
      first = waiter;
    } else {
      last.next = waiter;
    }
    last = waiter;
  }

  /** Unlinks an waiter that is in this list. */
  void remove(Waiter waiter) {
    Waiter before = waiter.previous;
    Waiter after = waiter.next;
    if (before == null) {
      first = after;
    } else {
      before.next = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previous = before;
    }
    waiter.list = null;
    waiter.previous = null;
    waiter.next = null;
  }

  /**
   * Empties the list, telling each the outcome. An waiter may leave or ask again while it hears.
   */
  void settle(Outcome outcome) {
    for (Waiter waiter = first; waiter != null; waiter = first) {
      remove(waiter);
      waiter.lead = null;
      waiter.settled(outcome);
    }
  }

  /** Empties the list into the end of another, whose waiters wait for the given lead. */
  void moveTo(Waiters other, SharedRequest lead) {
    for (Waiter waiter = first; waiter != null; waiter = first) {
      remove(waiter);
      waiter.lead = lead;
      other.add(waiter);
    }
  }
}
