package org.bitcoinmultiplexer.strategy;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.strategy.Slot.Claim;
import org.jspecify.annotations.Nullable;

/**
 * Finds slots by the keys of the answers they wait for; slots with a key in common in the order in
 * which they were added.
 *
 * <p>Whether a key may have several slots is the router's to decide: this table keeps them all.
 * Each step costs one look-up for each key. Confined to the router's loop.
 */
final class KeyTable {

  private final UnaryOperator<Key> shorten;
  private final Map<Key, Slot> first = new HashMap<>();

  /** Those behind the first; most keys have none. */
  private final Map<Key, Deque<Slot>> others = new HashMap<>();

  private long turns;

  /**
   * Makes an empty table.
   *
   * @param shorten a pure function; the identity if keys are to stay as they are
   */
  KeyTable(UnaryOperator<Key> shorten) {
    this.shorten = shorten;
  }

  /** Whether any of some keys has a slot. */
  boolean hasAny(Set<Key> keys) {
    for (Key key : keys) {
      if (first.containsKey(shorten.apply(key))) {
        return true;
      }
    }
    return false;
  }

  /** The slot that was added first with this key. */
  @Nullable Slot first(Key key) {
    return first.get(shorten.apply(key));
  }

  /** The slot that was added last with this key. */
  @Nullable Slot last(Key key) {
    Key found = shorten.apply(key);
    Deque<Slot> behind = others.get(found);
    return behind == null ? first.get(found) : behind.peekLast();
  }

  /** Tells of every slot with this key, in order. */
  void forEach(Key key, Consumer<Slot> action) {
    Key found = shorten.apply(key);
    Slot slot = first.get(found);
    if (slot != null) {
      action.accept(slot);
      Deque<Slot> behind = others.get(found);
      if (behind != null) {
        behind.forEach(action);
      }
    }
  }

  /**
   * Offers a message to the first slot of each of its keys, once to a slot, and ends those that it
   * completes.
   *
   * @param keys of the message
   * @param offer tells what the message is to a slot
   * @param release frees a slot that is complete; its exchange is yet to be ended
   * @return whether it was anything to any
   */
  boolean offer(Set<Key> keys, Function<Slot, Claim> offer, Consumer<Slot> release) {
    turns++;
    boolean claimed = false;
    SlotList complete = null;
    for (Key key : keys) {
      Slot slot = first(key);
      if (slot == null || !slot.isFirstOffer(turns)) {
        continue;
      }
      switch (offer.apply(slot)) {
        case LAST -> {
          claimed = true;
          release.accept(slot);
          complete = complete == null ? new SlotList() : complete;
          complete.add(slot);
        }
        case PART -> claimed = true;
        case NONE -> {}
      }
    }
    // Last of all: an exchange that ends may make the caller admit one with a key of this message.
    if (complete != null) {
      complete.endAll();
    }
    return claimed;
  }

  /** Adds a slot under each of its keys. */
  void add(Slot slot) {
    for (Key key : slot.exchange.keys()) {
      Key under = shorten.apply(key);
      Slot before = first.putIfAbsent(under, slot);
      if (before != null && before != slot) {
        Deque<Slot> behind = others.computeIfAbsent(under, k -> new ArrayDeque<>());
        if (behind.peekLast() != slot) { // two of its own keys may be one when they are shortened
          behind.add(slot);
        }
      }
    }
  }

  /** Takes a slot out that is the first with each of its keys. */
  void remove(Slot slot) {
    for (Key key : slot.exchange.keys()) {
      Key under = shorten.apply(key);
      if (first.get(under) == slot) {
        removeFirst(under);
      }
    }
  }

  private void removeFirst(Key key) {
    Deque<Slot> behind = others.get(key);
    if (behind == null) {
      first.remove(key);
      return;
    }
    first.put(key, behind.remove());
    if (behind.isEmpty()) {
      others.remove(key);
    }
  }

  void clear() {
    first.clear();
    others.clear();
  }
}
