package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Outcome;
import org.jspecify.annotations.Nullable;

/** A list of askers in the order of their arrival, with removal at no cost. */
final class Askers {

  private @Nullable Asker first;
  private @Nullable Asker last;

  boolean isEmpty() {
    return first == null;
  }

  void add(Asker asker) {
    asker.list = this;
    asker.previous = last;
    asker.next = null;
    if (last == null) {
      first = asker;
    } else {
      last.next = asker;
    }
    last = asker;
  }

  /** Unlinks an asker that is in this list. */
  void remove(Asker asker) {
    Asker before = asker.previous;
    Asker after = asker.next;
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
    asker.list = null;
    asker.previous = null;
    asker.next = null;
  }

  /** Empties the list, telling each the outcome. An asker may leave or ask again while it hears. */
  void settle(Outcome outcome) {
    for (Asker asker = first; asker != null; asker = first) {
      remove(asker);
      asker.lead = null;
      asker.settled(outcome);
    }
  }

  /** Empties the list into the end of another, whose askers wait for the given lead. */
  void moveTo(Askers other, Lead lead) {
    for (Asker asker = first; asker != null; asker = first) {
      remove(asker);
      asker.lead = lead;
      other.add(asker);
    }
  }
}
