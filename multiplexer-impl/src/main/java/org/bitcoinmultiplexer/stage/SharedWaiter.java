package org.bitcoinmultiplexer.stage;

import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * One of those who share a request.
 *
 * <p>Its place in the list is kept here, so that a thousand clients may join one request and leave
 * it again at no cost. Confined to the engine's loop.
 */
final class SharedWaiter implements PendingRequest {

  private final Waiter waiter;
  private SharedRequest shared;
  @Nullable SharedWaiters list; // null once it has heard the outcome, or has left
  @Nullable SharedWaiter previous;
  @Nullable SharedWaiter next;

  SharedWaiter(SharedRequest shared, Waiter waiter) {
    this.shared = shared;
    this.waiter = waiter;
  }

  /** From here on it waits for another. */
  void moveTo(SharedRequest other) {
    shared = other;
  }

  void settle(Outcome outcome) {
    waiter.settled(outcome);
  }

  @Override
  public void join(Waiter another) {
    if (list != null) {
      shared.joined(another);
    }
  }

  @Override
  public void withdraw() {
    if (list != null) {
      list.remove(this);
      shared.left();
    }
  }
}
