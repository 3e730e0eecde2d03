package org.bitcoinmultiplexer.stage;

import org.bitcoinmultiplexer.api.Outcome;
import org.jspecify.annotations.Nullable;

/** A list of waiters in the order of their arrival, with removal at no cost. */
class SharedWaiters {

  private @Nullable SharedWaiter first;
  private @Nullable SharedWaiter last;

  final boolean isEmpty() {
    return first == null;
  }

  final void add(SharedWaiter waiter) {
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

  /** Unlinks a waiter that is in this list. */
  final void remove(SharedWaiter waiter) {
    SharedWaiter before = waiter.previous;
    SharedWaiter after = waiter.next;
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

  /** Empties the list, telling each the outcome. A waiter may leave or ask again while it hears. */
  final void settle(Outcome outcome) {
    for (SharedWaiter waiter = first; waiter != null; waiter = first) {
      remove(waiter);
      waiter.settle(outcome);
    }
  }

  /** Empties the list into the end of a request's, for which these waiters wait now. */
  final void moveTo(SharedRequest other) {
    for (SharedWaiter waiter = first; waiter != null; waiter = first) {
      remove(waiter);
      waiter.moveTo(other);
      other.add(waiter);
    }
  }
}
