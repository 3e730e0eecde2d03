package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.Notification;
import org.bitcoinmultiplexer.metrics.Counter;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/** An engine whose upstream is the test: questions wait until the test takes and answers them. */
public final class ScriptedEngineContext implements EngineContext {

  /** What was asked: at one of the sources, or on behalf of all. */
  record Question(Message request, Consumer<? super Outcome> then, Optional<Source> source) {}

  /** What was handed in and is not dealt with. */
  record HandedIn(Message message, EngineContext.Receipt receipt, EngineContext.Source source) {}

  /** Whether the node deals with what is handed in only when the test says so. */
  boolean busy;

  final List<HandedIn> underWay = new ArrayList<>();
  final SimulatedLoop loop = new SimulatedLoop();
  final Counters counters = new Counters();
  final HostBudgets budgets = new HostBudgets(loop::nanoTime, 1 << 30, counters::counter);
  private final HostBudget own = budgets.open("own");
  final List<Question> questions = new ArrayList<>();
  final List<Message> told = new ArrayList<>();
  final List<Notification> news = new ArrayList<>();
  MultiplexerListener listener = new MultiplexerListener() {};

  @Override
  public SimulatedLoop loop() {
    return loop;
  }

  @Override
  public void ask(Message request, Consumer<? super Outcome> then) {
    questions.add(new Question(request, then, Optional.empty()));
  }

  @Override
  public Source source() {
    return new Source() {
      @Override
      public void ask(Message request, Consumer<? super Outcome> then) {
        questions.add(new Question(request, then, Optional.of(this)));
      }

      @Override
      public void submit(Message submission, Receipt receipt) {
        told.add(submission);
        if (busy) {
          underWay.add(new HandedIn(submission, receipt, this));
        } else {
          loop.execute(() -> receipt.processed(0));
        }
      }
    };
  }

  @Override
  public Source source(HostBudget host) {
    return source();
  }

  @Override
  public HostBudget budget() {
    return own;
  }

  @Override
  public void publish(Notification item) {
    news.add(item);
  }

  @Override
  public void inform(Consumer<? super MultiplexerListener> event) {
    event.accept(listener);
  }

  @Override
  public Counters counters() {
    return counters;
  }

  /** The node has dealt with what was handed in first of what it has before it. */
  void processed() {
    processed(Duration.ZERO);
  }

  /** The same, and needed so long for it. */
  void processed(Duration took) {
    HandedIn first = underWay.remove(0);
    loop.run(() -> first.receipt().processed(took.toNanos()));
  }

  /** What was handed in first was refused, for it may be what ended a connection. */
  void refused() {
    HandedIn first = underWay.remove(0);
    loop.run(() -> first.receipt().lost());
  }

  /** The oldest question, which is then no longer open. */
  Question take() {
    if (questions.isEmpty()) {
      throw new AssertionError("nothing was asked");
    }
    return questions.remove(0);
  }

  /** All news of a kind published since the last call for this kind. */
  <T extends Notification> List<T> takeNews(Class<T> kind) {
    List<T> taken = news.stream().filter(kind::isInstance).map(kind::cast).toList();
    news.removeIf(kind::isInstance);
    return taken;
  }

  long count(Counter counter) {
    return counters.counter(counter).sum();
  }
}
