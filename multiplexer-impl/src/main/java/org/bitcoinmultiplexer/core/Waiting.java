package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.Rate;
import org.jspecify.annotations.Nullable;

/** What waits at one seat for one lane of the {@link Turns}. Confined to the engine's loop. */
final class Waiting extends ArrayDeque<LiveExchange> implements Flow {

  private static final long serialVersionUID = 1;

  private final transient Turns.@Nullable Seat seat;
  private final transient @Nullable HostBudget budget;

  /**
   * @param seat null if it is of all
   * @param budget decides about turns; null if none does
   */
  Waiting(Turns.@Nullable Seat seat, @Nullable HostBudget budget) {
    super(4);
    this.seat = seat;
    this.budget = budget;
  }

  @Override
  public @Nullable LiveExchange peek() {
    for (LiveExchange next = super.peek(); next != null; next = super.peek()) {
      if (next.isWaiting()) {
        return next;
      }
      remove();
    }
    return null;
  }

  @Override
  public boolean take() {
    remove();
    return !isEmpty();
  }

  @Override
  public int sweep() {
    removeIf(this::isLeftover);
    return size();
  }

  /** Who joined and left need not take part any more; the exchange waits elsewhere too. */
  private boolean isLeftover(LiveExchange exchange) {
    return !exchange.isWaiting() || (seat != null && seat.isLeft() && exchange.lead.seat != seat);
  }

  @Override
  public boolean isOverBudget() {
    return budget != null && budget.delay(Rate.ANSWERED_BYTES) > 0;
  }

  @Override
  public void idle() {
    // It is found by its seat.
  }
}
