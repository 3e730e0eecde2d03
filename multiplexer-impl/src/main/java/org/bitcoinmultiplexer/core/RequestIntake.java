package org.bitcoinmultiplexer.core;

import java.util.Optional;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.Waiter;
import org.jspecify.annotations.Nullable;

/** Where requests are made, and handed over to the first stage. Any thread. */
final class RequestIntake {

  /** Whoever asks, and may leave before the outcome is there. */
  abstract static class Asker implements Waiter {

    private @Nullable PendingRequest pending; // confined to the engine's loop

    @Override
    public final void settled(Outcome outcome) {
      pending = PendingRequest.SETTLED; // whatever becomes of the asker, it keeps nothing alive
      onSettled(outcome);
    }

    /** The one outcome that is ever heard, in the engine's loop. */
    abstract void onSettled(Outcome outcome);
  }

  private final EventLoop loop;
  private final Protocol protocol;
  private final Stage first;
  private final boolean keeps;

  /**
   * @param first is asked
   * @param keeps whether what lasts is kept somewhere
   */
  RequestIntake(EventLoop loop, Protocol protocol, Stage first, boolean keeps) {
    this.loop = loop;
    this.protocol = protocol;
    this.first = first;
    this.keeps = keeps;
  }

  /** Reads, once, what has to be known of a request. */
  Request read(Message message) {
    return protocol.read(message, keeps);
  }

  /** What is at hand for a request. */
  Optional<Outcome.Answered> find(Request request) {
    return first.find(request);
  }

  void ask(Request request, Asker asker) {
    if (loop.inEventLoop()) {
      askNow(request, asker);
    } else {
      loop.execute(() -> askNow(request, asker));
    }
  }

  private void askNow(Request request, Asker asker) {
    assert Confined.to(loop);
    PendingRequest pending = first.ask(request, asker);
    if (asker.pending == null) {
      asker.pending = pending;
    }
  }

  /** What was asked is not waited for any more. */
  void leave(Asker asker) {
    Confined.run(
        loop,
        () -> {
          if (asker.pending != null) {
            asker.pending.withdraw();
          }
        });
  }
}
