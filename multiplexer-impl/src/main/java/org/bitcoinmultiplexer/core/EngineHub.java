package org.bitcoinmultiplexer.core;

import java.util.Collection;
import java.util.Set;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.metrics.Counter;

/** The engine as its protocol sees it, which asks questions of its own and spreads news. */
final class EngineHub implements Hub {

  private final EventLoop loop;
  private final Protocol protocol;
  private final Upstream upstream;
  private final Remembering remembering;
  private final Joining joining;
  private final Broadcast broadcast;
  private final Events events;
  private final Counters counters;
  private final HostBudget budget;
  private final Turns.Seat own = Turns.Seat.own();

  /**
   * @param readySessions those that may hear news; may change while they are told
   * @param budget what the protocol's own work is charged to
   */
  EngineHub(
      EventLoop loop,
      Protocol protocol,
      Upstream upstream,
      Remembering remembering,
      Joining joining,
      Collection<Session> readySessions,
      Events events,
      Counters counters,
      HostBudget budget) {
    this.loop = loop;
    this.protocol = protocol;
    this.upstream = upstream;
    this.remembering = remembering;
    this.joining = joining;
    this.broadcast = new Broadcast(loop, readySessions);
    this.events = events;
    this.counters = counters;
    this.budget = budget;
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public void ask(Message request, Consumer<? super Outcome> then) {
    ask(request, then, own);
  }

  @Override
  public Seat seat() {
    return seatOf(new Turns.Seat());
  }

  @Override
  public Seat seat(HostBudget host) {
    return seatOf(new Turns.Seat(host));
  }

  @Override
  public HostBudget budget() {
    return budget;
  }

  private Seat seatOf(Turns.Seat seat) {
    return new Seat() {
      @Override
      public void ask(Message request, Consumer<? super Outcome> then) {
        EngineHub.this.ask(request, then, seat);
      }

      @Override
      public void submit(Message submission, Receipt receipt) {
        Confined.run(loop, () -> upstream.submit(submission, seat, receipt));
      }
    };
  }

  private void ask(Message request, Consumer<? super Outcome> then, Turns.Seat seat) {
    Asker asker =
        new Asker() {
          @Override
          void settled(Outcome outcome) {
            then.accept(outcome);
          }
        };
    Set<Key> keys = protocol.dialect().keys().requestKeys(request);
    Outcome.Answered known = remembering.find(request, keys);
    if (known != null) {
      loop.execute(() -> then.accept(known));
      return;
    }
    long weight = protocol.weight(request);
    Confined.run(loop, () -> joining.ask(asker, request, keys, weight, seat));
  }

  @Override
  public void publish(News news) {
    counters.count(Counter.NEWS_PUBLISHED);
    Confined.run(loop, () -> broadcast.publish(news));
  }

  @Override
  public void inform(Consumer<? super MultiplexerListener> event) {
    events.tell(event);
  }

  @Override
  public Counters counters() {
    return counters;
  }
}
