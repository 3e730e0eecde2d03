package org.bitcoinmultiplexer.strategy;

import java.util.ArrayList;
import java.util.Comparator;
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
 * Many exchanges at a time, told apart by the keys of their answers; and next to them one that has
 * no key.
 *
 * <p><b>On the wire</b> a flush writes the new keyed requests as one batch and a marker, then the
 * keyless one, if any, and a marker of its own.
 *
 * <p><b>States of a keyed slot.</b> ADMITTED —flush→ ASKED —the answer is complete, or refused, or
 * the marker's echo comes→ free. It is free with its answer, because whatever comes late is
 * recognised by its key and belongs to nobody. <b>Of the keyless slot.</b> The same, but free only
 * with its marker's echo, also when its exchange ended earlier.
 *
 * <p><b>Keys only find.</b> Each key, shortened or not, belongs to one slot at a time: an exchange
 * with a key that is taken is not admitted until it is free again. What a key finds must still pass
 * {@link KeyStrategy#answers}. Two requests whose short keys collide therefore wait for each other
 * and never get each other's answer; and what cannot be checked is never routed by a short key,
 * because nothing is routed unchecked.
 *
 * <p><b>A refusal must also come in turn.</b> An answer is true whoever it was meant for; a refusal
 * only for the request it follows. A peer that gives an answer before it is asked frees its slot
 * too early, and may refuse the request afterwards, when the key is that of a later exchange. So a
 * refusal ends an exchange only in the oldest group whose marker has not been echoed, which is
 * where a peer that answers in order has it; any other group learns it from its marker.
 *
 * <p>A message costs one look-up for each of its keys, whatever is in flight.
 */
final class KeyRouter implements ResponseRouter {

  /**
   * How many more markers than exchanges may be outstanding. A peer that answers in order has
   * echoed nearly all markers before what it answers; one that goes on to answer and does not echo
   * would cost memory without end.
   */
  private static final int TOLERATED_MARKERS = 1024;

  private final Dialect dialect;
  private final KeyStrategy keys;
  private final KeyTable table;
  private final WindowRoom room;
  private final MarkerQueue markers;
  private final Consumer<SlotList> onEcho = this::onEcho;
  private final Consumer<Slot> onComplete = this::release;

  private @Nullable Slot keyless;

  /** The keyed slots that the next flush writes. */
  private SlotList unwritten = new SlotList();

  private long admissions;

  /**
   * Makes a router without exchanges.
   *
   * @param shorten a pure function; the identity if keys are to stay as they are
   */
  KeyRouter(Dialect dialect, Window window, UnaryOperator<Key> shorten) {
    this.dialect = dialect;
    this.keys = dialect.keys();
    this.table = new KeyTable(shorten);
    this.room = new WindowRoom(window);
    this.markers = new MarkerQueue(dialect);
  }

  @Override
  public boolean admit(Exchange exchange) {
    if (!room.has(Math.max(1, exchange.weight()))) {
      return false;
    }
    boolean keyed = !exchange.keys().isEmpty();
    if (keyed ? table.hasAny(exchange.keys()) : keyless != null) {
      return false;
    }
    Slot slot = new Slot(exchange, admissions++);
    room.take(slot);
    if (keyed) {
      table.add(slot);
      unwritten.add(slot);
    } else {
      keyless = slot;
    }
    return true;
  }

  @Override
  public void flush(Consumer<? super Message> upstream) {
    if (!unwritten.isEmpty()) {
      SlotList group = unwritten;
      unwritten = new SlotList();
      dialect.batch(group.markWritten()).forEach(upstream);
      markers.fence(group, upstream);
    }
    if (keyless != null && !keyless.isWritten()) {
      keyless.markWritten();
      upstream.accept(keyless.exchange.request());
      markers.fence(SlotList.of(keyless), upstream);
    }
  }

  @Override
  public Routing route(Message response) {
    if (dialect.isEcho(response)) {
      return markers.route(response, onEcho);
    }
    if (!routeByKey(response) && !routeKeyless(response)) {
      return Routing.UNSOLICITED;
    }
    return markers.size() > room.items() + TOLERATED_MARKERS ? Routing.VIOLATION : Routing.CLAIMED;
  }

  private boolean routeByKey(Message response) {
    return table.offer(keys.responseKeys(response), slot -> offer(slot, response), onComplete);
  }

  private Claim offer(Slot slot, Message response) {
    if (keys.refuses(response) && slot.list != markers.oldest()) {
      boolean fits = slot.isWritten() && keys.answers(slot.exchange.request(), response);
      return fits ? Claim.PART : Claim.NONE;
    }
    return slot.offer(response, keys);
  }

  private boolean routeKeyless(Message response) {
    Slot slot = keyless;
    if (slot == null) {
      return false;
    }
    Claim claim = slot.offer(response, keys);
    if (claim == Claim.LAST) {
      slot.end();
    }
    return claim != Claim.NONE;
  }

  private void onEcho(SlotList group) {
    for (Slot slot = group.first(); slot != null; slot = slot.next) {
      release(slot);
    }
    group.endAll();
  }

  /** Frees the slot's place and keys; its exchange is yet to be ended. */
  private void release(Slot slot) {
    room.give(slot);
    if (slot == keyless) {
      keyless = null;
    } else {
      table.remove(slot);
    }
  }

  @Override
  public void abandon(Exchange exchange) {
    Set<Key> of = exchange.keys();
    // All keys of an admitted exchange lead to its slot.
    Slot slot = of.isEmpty() ? keyless : table.first(of.iterator().next());
    if (slot != null && slot.exchange == exchange) {
      slot.abandon();
    }
  }

  @Override
  public List<Exchange> drain() {
    List<Slot> wanted = new ArrayList<>();
    markers.drain(group -> group.addWanted(wanted));
    unwritten.addWanted(wanted);
    if (keyless != null && !keyless.isWritten() && keyless.isWanted()) {
      wanted.add(keyless);
    }
    wanted.sort(Comparator.comparingLong(slot -> slot.order));
    table.clear();
    keyless = null;
    unwritten = new SlotList();
    room.clear();
    return wanted.stream().map(slot -> slot.exchange).toList();
  }

  @Override
  public int inFlight() {
    return room.items();
  }
}
