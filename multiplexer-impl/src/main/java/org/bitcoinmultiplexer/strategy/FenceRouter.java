package org.bitcoinmultiplexer.strategy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.bitcoinmultiplexer.strategy.Slot.Claim;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline of groups of exchanges, told apart by the markers between them: with a key or without,
 * answered or not.
 *
 * <p><b>On the wire</b> a group is its keyed requests as one batch, its keyless one, if any, and a
 * marker. A group has no two exchanges with a key in common and at most one without a key, so that
 * position and key together name one exchange; what does not fit into a group begins the next one.
 * If identity is to rest on position alone, each exchange is a group.
 *
 * <p><b>Turns.</b> A peer that answers in order answers a group between the echo of the marker
 * before it and the echo of its own. So a message is only ever offered to the exchanges of the
 * oldest group whose marker has not been echoed: to those with its key, then to the keyless one.
 * {@link KeyStrategy#answers} has a veto, which keeps what nobody asked for apart.
 *
 * <p><b>States of a slot.</b> ADMITTED —flush→ WAITING —the marker before its group is echoed→ in
 * turn —the answer is complete, or refused, or the group's marker is echoed→ free. A slot is free
 * with its answer, because whatever comes late is no longer offered to anybody but its own group.
 *
 * <p><b>A peer that breaks the order is detected and never believed.</b> A message that answers
 * only exchanges of younger groups is not theirs; it is remembered with them. Coincidence (the peer
 * announces, or repeats itself) is followed by the answer in turn; if the marker's echo comes
 * instead, order was broken, and that echo is the violation. Markers echoed in another order are
 * one at once. A peer that echoes no more gets no further than the group it owes the echo for, and
 * is given up for lack of progress.
 *
 * <p>A message costs one look-up for each of its keys; only one that belongs to nobody is compared
 * with every keyless request in flight.
 */
final class FenceRouter implements ResponseRouter {

  private final Dialect dialect;
  private final KeyStrategy keys;
  private final boolean alone;
  private final WindowRoom room;
  private final MarkerQueue markers;
  private final KeyTable table = new KeyTable(UnaryOperator.identity());
  private final Consumer<SlotList> onEcho = this::onEcho;
  private final Consumer<Slot> onComplete = this::release;

  /** The keyless slots that are open, oldest first; those of one group at most one. */
  private final Deque<Slot> keyless = new ArrayDeque<>();

  /** The groups that the next flush writes, oldest first. */
  private final Deque<SlotList> unwritten = new ArrayDeque<>();

  private long admissions;

  /**
   * Makes a router without exchanges.
   *
   * @param alone whether each exchange is a group of its own
   */
  FenceRouter(Dialect dialect, Window window, boolean alone) {
    this.dialect = dialect;
    this.keys = dialect.keys();
    this.alone = alone;
    this.room = new WindowRoom(window);
    this.markers = new MarkerQueue(dialect);
  }

  @Override
  public boolean admit(Exchange exchange) {
    if (!room.has(Math.max(1, exchange.weight()))) {
      return false;
    }
    Slot slot = new Slot(exchange, admissions++);
    room.take(slot);
    groupFor(exchange).add(slot);
    if (exchange.keys().isEmpty()) {
      keyless.add(slot);
    } else {
      table.add(slot);
    }
    return true;
  }

  private SlotList groupFor(Exchange exchange) {
    SlotList group = unwritten.peekLast();
    if (group == null || alone || isAmbiguousIn(group, exchange.keys())) {
      group = new SlotList();
      unwritten.add(group);
    }
    return group;
  }

  private boolean isAmbiguousIn(SlotList group, Set<Key> of) {
    if (of.isEmpty()) {
      return isIn(group, keyless.peekLast());
    }
    for (Key key : of) {
      if (isIn(group, table.last(key))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIn(@Nullable SlotList group, @Nullable Slot slot) {
    return slot != null && slot.list == group;
  }

  @Override
  public void flush(Consumer<? super Message> upstream) {
    for (SlotList group = unwritten.poll(); group != null; group = unwritten.poll()) {
      dialect.batch(group.markWritten()).forEach(upstream);
      markers.fence(group, upstream);
    }
  }

  @Override
  public Routing route(Message response) {
    if (dialect.isEcho(response)) {
      return routeEcho(response);
    }
    SlotList inTurn = markers.oldest();
    if (inTurn == null) {
      return Routing.UNSOLICITED;
    }
    Set<Key> of = keys.responseKeys(response);
    if (routeByKey(response, of, inTurn) || routeKeyless(response, inTurn)) {
      return Routing.CLAIMED;
    }
    seeEarly(response, of, inTurn);
    return Routing.UNSOLICITED;
  }

  private boolean routeByKey(Message response, Set<Key> of, SlotList inTurn) {
    return table.offer(
        of, slot -> slot.list == inTurn ? slot.offer(response, keys) : Claim.NONE, onComplete);
  }

  private boolean routeKeyless(Message response, SlotList inTurn) {
    Slot slot = keyless.peek();
    if (slot == null || slot.list != inTurn) {
      return false;
    }
    Claim claim = slot.offer(response, keys);
    if (claim == Claim.LAST) {
      release(slot);
      SlotList complete = SlotList.of(slot);
      complete.endAll();
    }
    return claim != Claim.NONE;
  }

  private void seeEarly(Message response, Set<Key> of, SlotList inTurn) {
    for (Key key : of) {
      table.forEach(
          key,
          slot -> {
            if (slot.list != inTurn) {
              slot.seeEarly(response, keys);
            }
          });
    }
    for (Slot slot : keyless) {
      if (slot.list != inTurn) {
        slot.seeEarly(response, keys);
      }
    }
  }

  private Routing routeEcho(Message echo) {
    SlotList inTurn = markers.oldest();
    if (inTurn != null && markers.isEchoOfOldest(echo)) {
      for (Slot slot = inTurn.first(); slot != null; slot = slot.next) {
        if (slot.isOwed()) {
          return Routing.VIOLATION;
        }
      }
    }
    return markers.route(echo, onEcho);
  }

  private void onEcho(SlotList group) {
    for (Slot slot = group.first(); slot != null; slot = slot.next) {
      release(slot);
    }
    group.endAll();
  }

  /** Frees the place and keys of a slot whose turn it is; its exchange is yet to be ended. */
  private void release(Slot slot) {
    room.give(slot);
    if (slot.exchange.keys().isEmpty()) {
      keyless.remove();
    } else {
      table.remove(slot);
    }
  }

  @Override
  public void abandon(Exchange exchange) {
    Consumer<Slot> abandon =
        slot -> {
          if (slot.exchange == exchange) {
            slot.abandon();
          }
        };
    Set<Key> of = exchange.keys();
    if (of.isEmpty()) {
      keyless.forEach(abandon);
    } else {
      table.forEach(of.iterator().next(), abandon);
    }
  }

  @Override
  public List<Exchange> drain() {
    List<Slot> wanted = new ArrayList<>();
    markers.drain(group -> group.addWanted(wanted));
    unwritten.forEach(group -> group.addWanted(wanted));
    unwritten.clear();
    keyless.clear();
    table.clear();
    room.clear();
    // Groups follow each other in the order of admission, and so do the slots of each.
    return wanted.stream().map(slot -> slot.exchange).toList();
  }

  @Override
  public int inFlight() {
    return room.items();
  }
}
