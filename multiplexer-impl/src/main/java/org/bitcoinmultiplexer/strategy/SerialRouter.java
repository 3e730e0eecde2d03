package org.bitcoinmultiplexer.strategy;

import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.strategy.Slot.Claim;
import org.jspecify.annotations.Nullable;

/**
 * One exchange at a time: the strategy that needs no key, and the one to compare others with.
 *
 * <p><b>States.</b> IDLE —admit→ ADMITTED —flush→ ASKED —the answer is complete, or refused→
 * ANSWERED; ASKED or ANSWERED —the marker's echo→ IDLE. The exchange ends on entering ANSWERED, so
 * that nobody waits for the echo; but the next one is not admitted before it, which keeps silence,
 * late answers and answers of many messages from ever being mistaken for the next answer.
 */
final class SerialRouter implements ResponseRouter {

  private final Dialect dialect;
  private final MarkerQueue markers;
  private final Consumer<SlotList> onEcho = this::onEcho;
  private @Nullable Slot slot;

  SerialRouter(Dialect dialect) {
    this.dialect = dialect;
    this.markers = new MarkerQueue(dialect);
  }

  @Override
  public boolean admit(Exchange exchange) {
    if (slot != null) {
      return false;
    }
    slot = new Slot(exchange, 0);
    return true;
  }

  @Override
  public void flush(Consumer<? super Message> upstream) {
    if (slot != null && !slot.isWritten()) {
      slot.markWritten();
      upstream.accept(slot.exchange.request());
      markers.fence(SlotList.of(slot), upstream);
    }
  }

  @Override
  public Routing route(Message response) {
    if (dialect.isEcho(response)) {
      return markers.route(response, onEcho);
    }
    if (slot == null) {
      return Routing.UNSOLICITED;
    }
    Claim claim = slot.offer(response, dialect.keys());
    if (claim == Claim.LAST) {
      slot.end();
    }
    return claim == Claim.NONE ? Routing.UNSOLICITED : Routing.CLAIMED;
  }

  private void onEcho(SlotList group) {
    slot = null;
    group.endAll();
  }

  @Override
  public void abandon(Exchange exchange) {
    if (slot != null && slot.exchange == exchange) {
      slot.abandon();
    }
  }

  @Override
  public List<Exchange> drain() {
    Slot drained = slot;
    slot = null;
    markers.drain(group -> {});
    return drained != null && drained.isWanted() ? List.of(drained.exchange) : List.of();
  }

  @Override
  public int inFlight() {
    return slot == null ? 0 : 1;
  }
}
