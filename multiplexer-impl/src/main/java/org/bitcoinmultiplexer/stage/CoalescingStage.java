package org.bitcoinmultiplexer.stage;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.Waiter;

/**
 * Lets equal requests share one.
 *
 * <p>A positive answer settles everybody. A negative one settles those who had joined before the
 * request was written; who joined later is asked for together, once more. Nothing is kept after the
 * end. Two requests are joined if they have the same single key and are equal in full.
 *
 * <p>Confined to the engine's loop, except {@link #find}.
 */
public final class CoalescingStage implements Stage {

  private final Map<Key, SharedRequest> open = new HashMap<>();
  private final EventLoop loop;
  private final Stage next;
  private final LongAdder joined;

  /**
   * @param joined counts requests that share one that is open already
   */
  public CoalescingStage(EventLoop loop, Stage next, LongAdder joined) {
    this.loop = loop;
    this.next = next;
    this.joined = joined;
  }

  @Override
  public Optional<Outcome.Answered> find(Request request) {
    return next.find(request);
  }

  @Override
  public PendingRequest ask(Request request, Waiter waiter) {
    assert loop.inEventLoop();
    if (request.keys().size() != 1) {
      return next.ask(request, waiter);
    }
    Key key = request.keys().iterator().next();
    SharedRequest equal = open.get(key);
    if (equal != null && equal.isEqual(request)) {
      joined.increment();
      return equal.join(waiter);
    }
    SharedRequest shared = new SharedRequest(this, request, key, waiter.source());
    PendingRequest first = shared.open(waiter);
    open(shared);
    return first;
  }

  private void open(SharedRequest shared) {
    open.putIfAbsent(shared.key(), shared);
    shared.ask(next);
  }

  /** Nobody is to join it any more. */
  void forget(SharedRequest shared) {
    assert loop.inEventLoop();
    open.remove(shared.key(), shared);
  }

  /** It has been answered, or will not be. */
  void settle(SharedRequest shared, Outcome outcome) {
    assert loop.inEventLoop();
    forget(shared);
    if (outcome instanceof Outcome.Answered) {
      shared.settleAll(outcome);
      return;
    }
    // Open the request of the late ones first: whoever asks while hearing the outcome joins it.
    SharedRequest again = shared.askAgain();
    if (again != null) {
      open(again);
    }
    shared.settle(outcome);
  }
}
