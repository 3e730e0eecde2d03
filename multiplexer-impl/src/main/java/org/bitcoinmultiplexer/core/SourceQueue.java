package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.Rate;
import org.jspecify.annotations.Nullable;

/**
 * What waits at one source for one priority class of the {@link RequestQueue}. Confined to the
 * engine's loop.
 */
final class SourceQueue extends ArrayDeque<RequestAttempt> implements Flow {

  private static final long serialVersionUID = 1;

  private final transient RequestQueue.@Nullable Source source;
  private final transient @Nullable HostBudget budget;

  /**
   * @param source null if it is of all
   * @param budget decides about turns; null if none does
   */
  SourceQueue(RequestQueue.@Nullable Source source, @Nullable HostBudget budget) {
    super(4);
    this.source = source;
    this.budget = budget;
  }

  @Override
  public @Nullable RequestAttempt peek() {
    for (RequestAttempt next = super.peek(); next != null; next = super.peek()) {
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
  private boolean isLeftover(RequestAttempt exchange) {
    return !exchange.isWaiting()
        || (source != null && source.isLeft() && exchange.dispatched.source() != source);
  }

  @Override
  public boolean isOverBudget() {
    return (source != null && source.isEnding())
        || (budget != null && budget.delay(Rate.ANSWERED_BYTES) > 0);
  }

  @Override
  public void idle() {
    // It is found by its source.
  }
}
