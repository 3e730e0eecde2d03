package org.bitcoinmultiplexer.strategy;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * Slots in the order in which they were added; any of them leaves at no cost.
 *
 * <p>Linked through the slots themselves, so that a slot that has ended keeps nothing alive (its
 * answer may be megabytes) and so that adding one allocates nothing. A slot is in one list at a
 * time. To iterate, follow {@link Slot#next} from {@link #first()}.
 */
final class SlotList {

  private @Nullable Slot first;
  private @Nullable Slot last;

  /** A list of one slot. */
  static SlotList of(Slot slot) {
    SlotList list = new SlotList();
    list.add(slot);
    return list;
  }

  @Nullable Slot first() {
    return first;
  }

  boolean isEmpty() {
    return first == null;
  }

  /** Appends a slot, which leaves the list it was in. */
  void add(Slot slot) {
    if (slot.list != null) {
      slot.list.remove(slot);
    }
    slot.list = this;
    slot.previous = last;
    if (last == null) {
      first = slot;
    } else {
      last.next = slot;
    }
    last = slot;
  }

  private void remove(Slot slot) {
    if (slot.previous == null) {
      first = slot.next;
    } else {
      slot.previous.next = slot.next;
    }
    if (slot.next == null) {
      last = slot.previous;
    } else {
      slot.next.previous = slot.previous;
    }
    slot.next = null;
    slot.previous = null;
    slot.list = null;
  }

  /**
   * Marks every slot as written.
   *
   * @return their requests in order, but those without a key last: the others make better batches
   */
  List<Message> markWritten() {
    if (first != null && first.next == null) {
      first.markWritten();
      return List.of(first.exchange.request());
    }
    List<Message> requests = new ArrayList<>();
    List<Message> keyless = new ArrayList<>(1);
    for (Slot slot = first; slot != null; slot = slot.next) {
      slot.markWritten();
      (slot.exchange.keys().isEmpty() ? keyless : requests).add(slot.exchange.request());
    }
    requests.addAll(keyless);
    return requests;
  }

  /** Adds those slots to a list that somebody still waits for. */
  void addWanted(List<? super Slot> wanted) {
    for (Slot slot = first; slot != null; slot = slot.next) {
      if (slot.isWanted()) {
        wanted.add(slot);
      }
    }
  }

  /** Ends every slot in order. The list must not be anybody else's any more. */
  void endAll() {
    for (Slot slot = first; slot != null; slot = slot.next) {
      slot.end();
    }
  }
}
