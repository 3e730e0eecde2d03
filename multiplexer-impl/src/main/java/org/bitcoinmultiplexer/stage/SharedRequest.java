package org.bitcoinmultiplexer.stage;

import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * One request on behalf of everybody who makes it: the list of those who did in time.
 *
 * <p>It tells those who asked before it was written from those who came later: a negative outcome
 * is true for the former only, since what the node did not have when it was asked it may have a
 * moment afterwards.
 *
 * <p>Confined to the engine's loop.
 */
final class SharedRequest extends SharedWaiters implements Waiter {

  private final CoalescingStage stage;
  private final Request request;
  private final Key key;
  private final RequestSource source;
  private @Nullable SharedWaiters late; // made on first use
  private PendingRequest pending = PendingRequest.SETTLED; // until it is asked
  private boolean written;
  private boolean settled;

  /**
   * @param key by which others find it to join
   * @param source of whoever asks first
   */
  SharedRequest(CoalescingStage stage, Request request, Key key, RequestSource source) {
    this.stage = stage;
    this.request = request;
    this.key = key;
    this.source = source;
  }

  Key key() {
    return key;
  }

  boolean isEqual(Request other) {
    return request.message().equals(other.message());
  }

  @Override
  public RequestSource source() {
    return source;
  }

  /** Takes the first waiter; it is still to be {@linkplain #ask asked}. */
  PendingRequest open(Waiter first) {
    SharedWaiter waiting = new SharedWaiter(this, first);
    add(waiting);
    return waiting;
  }

  void ask(Stage next) {
    pending = next.ask(request, this);
  }

  /** Takes another waiter. */
  PendingRequest join(Waiter waiter) {
    SharedWaiter waiting = new SharedWaiter(this, waiter);
    (written ? late() : this).add(waiting);
    joined(waiter);
    return waiting;
  }

  /** Takes turns on behalf of somebody else, too. */
  void joined(Waiter another) {
    pending.join(another);
  }

  private SharedWaiters late() {
    SharedWaiters known = late;
    if (known == null) {
      known = new SharedWaiters();
      late = known;
    }
    return known;
  }

  /** Somebody has left. */
  void left() {
    if (!settled && isEmpty() && !hasLate()) {
      settled = true;
      stage.forget(this);
      pending.withdraw();
    }
  }

  private boolean hasLate() {
    return late != null && !late.isEmpty();
  }

  @Override
  public void queued() {
    written = false;
  }

  @Override
  public void written() {
    written = true;
    if (late != null) {
      late.moveTo(this);
    }
  }

  @Override
  public void settled(Outcome outcome) {
    settled = true; // who hears that may make others leave who are about to hear it
    stage.settle(this, outcome);
  }

  /** Tells everybody. */
  void settleAll(Outcome outcome) {
    settle(outcome);
    if (late != null) {
      late.settle(outcome);
    }
  }

  /** Makes a fresh request of those who asked too late; null if nobody did. */
  @Nullable SharedRequest askAgain() {
    if (late == null || late.isEmpty()) {
      return null;
    }
    SharedRequest again = new SharedRequest(stage, request, key, source);
    late.moveTo(again);
    return again;
  }
}
