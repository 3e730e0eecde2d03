package org.bitcoinmultiplexer.core;

import java.util.Collection;
import java.util.Optional;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.metrics.Counter;

/** The engine as its protocol sees it, which asks questions of its own and spreads news. */
final class DefaultEngineContext implements EngineContext {

  private final EventLoop loop;
  private final RequestDispatcher upstream;
  private final RequestIntake intake;
  private final Broadcast broadcast;
  private final Events events;
  private final Counters counters;
  private final HostBudget budget;
  private final RequestQueue.Source own = RequestQueue.Source.own();

  /**
   * @param readySessions those that may hear news; may change while they are told
   * @param budget what the protocol's own work is charged to
   */
  DefaultEngineContext(
      EventLoop loop,
      RequestDispatcher upstream,
      RequestIntake intake,
      Collection<Session> readySessions,
      Events events,
      Counters counters,
      HostBudget budget) {
    this.loop = loop;
    this.upstream = upstream;
    this.intake = intake;
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
  public Source source() {
    return seatOf(new RequestQueue.Source());
  }

  @Override
  public Source source(HostBudget host) {
    return seatOf(new RequestQueue.Source(host));
  }

  @Override
  public HostBudget budget() {
    return budget;
  }

  private Source seatOf(RequestQueue.Source source) {
    return new Source() {
      @Override
      public void ask(Message request, Consumer<? super Outcome> then) {
        DefaultEngineContext.this.ask(request, then, source);
      }

      @Override
      public void submit(Message submission, Receipt receipt) {
        Confined.run(loop, () -> upstream.submit(submission, source, receipt));
      }
    };
  }

  private void ask(Message request, Consumer<? super Outcome> then, RequestQueue.Source source) {
    Request read = intake.read(request);
    Optional<Outcome.Answered> known = intake.find(read);
    if (known.isPresent()) {
      loop.execute(() -> then.accept(known.get()));
    } else {
      intake.ask(read, new Asking(source, then));
    }
  }

  /** Asks on behalf of the protocol. */
  private static final class Asking extends RequestIntake.Asker {

    private final RequestQueue.Source source;
    private final Consumer<? super Outcome> then;

    Asking(RequestQueue.Source source, Consumer<? super Outcome> then) {
      this.source = source;
      this.then = then;
    }

    @Override
    public RequestSource source() {
      return source;
    }

    @Override
    void onSettled(Outcome outcome) {
      then.accept(outcome);
    }
  }

  @Override
  public void publish(Notification news) {
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
