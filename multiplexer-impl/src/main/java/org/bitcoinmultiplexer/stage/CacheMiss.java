package org.bitcoinmultiplexer.stage;

import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.api.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * A request whose answer lasts and is not at hand: it is searched for, then asked of the next
 * stage, and kept.
 *
 * <p>Confined to the engine's loop, except for what a search calls.
 */
final class CacheMiss
    implements Waiter, PendingRequest, Predicate<Message>, Consumer<@Nullable Message> {

  private final CachingStage stage;
  private final Request request;
  private final Waiter waiter;
  private @Nullable PendingRequest pending; // null while it is searched for
  private boolean ended;

  CacheMiss(CachingStage stage, Request request, Waiter waiter) {
    this.stage = stage;
    this.request = request;
    this.waiter = waiter;
  }

  Request request() {
    return request;
  }

  @Override
  public RequestSource source() {
    return waiter.source();
  }

  /** Whether what was found is what is asked for. Any thread. */
  @Override
  public boolean test(Message found) {
    return stage.isTrue(request, found);
  }

  /** The search has ended. Any thread. */
  @Override
  public void accept(@Nullable Message found) {
    stage.searched(this, found);
  }

  /** Goes on after the search. */
  void searched(@Nullable Message found) {
    if (ended) {
      return;
    }
    if (found == null) {
      ask();
    } else {
      ended = true;
      waiter.settled(stage.found(found));
    }
  }

  void ask() {
    pending = stage.askNext(this);
  }

  @Override
  public void queued() {
    waiter.queued();
  }

  @Override
  public void written() {
    waiter.written();
  }

  @Override
  public void settled(Outcome outcome) {
    ended = true;
    stage.keep(request, outcome);
    waiter.settled(outcome);
  }

  @Override
  public void join(Waiter another) {
    if (pending != null) {
      pending.join(another);
    }
  }

  @Override
  public void withdraw() {
    if (ended) {
      return;
    }
    ended = true;
    if (pending == null) {
      stage.deserted();
    } else {
      pending.withdraw();
    }
  }
}
