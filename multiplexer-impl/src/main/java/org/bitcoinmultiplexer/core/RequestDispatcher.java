package org.bitcoinmultiplexer.core;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.Waiter;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Takes questions to the node: in fair turns, through the router of the connection of the day, with
 * every answer checked before anybody gets it.
 *
 * <p>A question is asked again if its answer was a lie, once, and if the connection was lost under
 * it, for as long as the patience lasts; so long questions also wait while there is no connection.
 * If it was the node that ended the connection, what was unanswered may be why: that is asked again
 * {@linkplain Isolation alone}, as is what the node is known to hang up for.
 *
 * <p>Confined to the engine's loop; only the checks of large answers run elsewhere.
 */
final class RequestDispatcher
    implements Stage,
        DispatchedRequest.Owner,
        AnswerChecker.Owner,
        UpstreamConnection.Owner,
        Isolation.Owner {

  private static final int MOST_LIES = 2;

  private final EventLoop loop;
  private final Protocol protocol;
  private final Settings settings;
  private final AnswerChecker checker;
  private final RequestQueue turns;
  private final MisbehaviourTracker lies = new MisbehaviourTracker();
  private final RequestWriter writer;
  private final LongAdder asked;
  private final LongAdder deserted;
  private final LongAdder answered;
  private final Counters counters;
  private final HazardMemory hazards;
  private final Isolation isolation;

  /** What is unanswered although nobody waits for it: it may cost the connection all the same. */
  private final Set<RequestAttempt> abandoned = new LinkedHashSet<>();

  private int links; // that there have been
  private long submissions; // that there have been
  private EventLoop.@Nullable Timer patience;
  private boolean hopeless;
  private boolean closed;

  RequestDispatcher(
      EventLoop loop,
      Protocol protocol,
      Settings settings,
      Executor checker,
      Counters counters,
      List<Connector> nodes,
      SideConnections beside,
      RandomGenerator random) {
    this.loop = loop;
    this.turns = new RequestQueue(loop);
    this.protocol = protocol;
    this.settings = settings;
    this.checker = new AnswerChecker(loop, protocol, checker, this);
    this.counters = counters;
    this.asked = counters.counter(Counter.EXCHANGE_ASKED);
    this.deserted = counters.counter(Counter.EXCHANGE_DESERTED);
    this.answered = counters.counter(Counter.EXCHANGE_ANSWERED);
    this.hazards = new HazardMemory(loop, protocol);
    this.isolation = new Isolation(loop, protocol, nodes, beside, hazards, random, counters, this);
    this.writer = new RequestWriter(loop, turns, hazards, isolation, settings.window(), counters);
  }

  @Override
  public Optional<Outcome.Answered> find(Request request) {
    return Optional.empty();
  }

  @Override
  public PendingRequest ask(Request request, Waiter waiter) {
    asked.increment();
    return dispatch(request, waiter);
  }

  private DispatchedRequest dispatch(Request request, Waiter waiter) {
    assert Confined.to(loop);
    DispatchedRequest dispatched = new DispatchedRequest(this, request, waiter);
    attempt(dispatched, 1);
    return dispatched;
  }

  /** Takes something that is to be handed in. */
  void submit(Message message, RequestQueue.Source source, EngineContext.Receipt receipt) {
    submissions++;
    dispatch(Submission.request(message, submissions), new Submission(source, receipt));
  }

  @Override
  public void joined(DispatchedRequest request, RequestQueue.Source source) {
    assert Confined.to(loop);
    RequestAttempt exchange = request.attempt();
    if (exchange != null && !exchange.aside) {
      turns.join(exchange, source);
    }
  }

  private void attempt(DispatchedRequest request, int number) {
    RequestAttempt exchange = new RequestAttempt(request, number, links);
    request.attempt(exchange);
    if (closed) {
      exchange.fail("the multiplexer is closed");
    } else if (hopeless) {
      exchange.fail("upstream is not there");
    } else {
      turns.add(exchange);
      writer.writeSoon();
    }
  }

  @Override
  public void withdrawn(DispatchedRequest request) {
    assert Confined.to(loop);
    deserted.increment();
    RequestAttempt exchange = request.attempt();
    if (exchange == null || exchange.ended()) {
      return;
    }
    if (!exchange.asked()) {
      exchange.cancel();
      turns.withdrawn();
      isolation.withdrawn(exchange);
    } else {
      abandoned.add(exchange);
      exchange.abandon();
    }
  }

  /** Nobody asks from a source any more. */
  void left(RequestQueue.Source source) {
    assert Confined.to(loop);
    turns.left(source);
  }

  /** How many requests wait to be written, those included that were called off of late. */
  int waiting() {
    return turns.size();
  }

  /** Whether what waited for another connection may be written to the one there is. */
  @Override
  public boolean suits(RequestAttempt waiting) {
    return waiting.links == links
        || (!waiting.dispatched.isSubmission() && protocol.suits(waiting.request()));
  }

  @Override
  public void linkReady(UpstreamConnection ready) {
    assert Confined.to(loop);
    links++;
    writer.connected(ready);
    lies.clear();
    hopeless = false;
    if (patience != null) {
      patience.cancel();
      patience = null;
    }
    isolation.connected(ready);
    writer.writeSoon();
  }

  @Override
  public void linkProgress() {
    assert Confined.to(loop);
    writer.heard();
  }

  @Override
  public void linkLost(UpstreamConnection lost) {
    assert Confined.to(loop);
    writer.disconnected();
    isolation.disconnected();
    if (lost.hungUp()) {
      abandoned.forEach(exchange -> hazards.suspect(lost.target(), exchange.request()));
    }
    abandoned.clear();
    for (var exchange : lost.router().drain()) {
      if (exchange instanceof RequestAttempt live && !live.ended()) {
        live.cancel();
        if (lost.hungUp()) {
          hazards.suspect(lost.target(), live.request());
        }
        goOn(live, lost.hungUp());
      }
    }
    if (patience == null && !closed) {
      patience = loop.schedule(settings.patience(), this::giveUpWaiting);
    }
  }

  @Override
  public void lost(RequestAttempt exchange) {
    assert Confined.to(loop);
    goOn(exchange, true);
  }

  /** A connection was lost under a question. */
  private void goOn(RequestAttempt lost, boolean isSuspect) {
    DispatchedRequest request = lost.dispatched;
    if (request.isDeserted() || closed) {
      fail(lost, "the multiplexer is closed");
    } else if (request.isSubmission()) {
      fail(lost, "upstream was lost");
    } else if (loop.nanoTime() - request.failed().lost(loop.nanoTime())
        > settings.patience().toNanos()) {
      fail(lost, "upstream is lost again and again");
    } else if (isSuspect) {
      isolation.add(lost.askAlone(links));
    } else {
      attempt(request, lost.attempt + 1);
    }
  }

  @Override
  public void harmless(RequestAttempt exchange) {
    assert Confined.to(loop);
    exchange.cancel();
    attempt(exchange.dispatched, exchange.attempt);
  }

  @Override
  public void refused(RequestAttempt exchange, Hazard hazard) {
    assert Confined.to(loop);
    counters.count(Counter.EXCHANGE_REFUSED);
    exchange.fail("upstream hangs up on who asks that: " + hazard.rule());
  }

  private void giveUpWaiting() {
    assert Confined.to(loop);
    patience = null;
    hopeless = true;
    failWaiting("upstream is not there");
  }

  private void failWaiting(String reason) {
    List<RequestAttempt> waiting = new ArrayList<>();
    for (RequestAttempt next = turns.poll(); next != null; next = turns.poll()) {
      waiting.add(next);
    }
    waiting.addAll(isolation.drain());
    waiting.forEach(exchange -> exchange.fail(reason));
  }

  void close() {
    assert Confined.to(loop);
    closed = true;
    if (patience != null) {
      patience.cancel();
    }
    failWaiting("the multiplexer is closed");
    isolation.close();
  }

  @Override
  public void released(RequestAttempt exchange) {
    assert Confined.to(loop);
    abandoned.remove(exchange);
    long took;
    if (exchange.aside) {
      took = loop.nanoTime() - exchange.admitted();
      isolation.released(exchange);
    } else {
      chargeForAnswer(exchange);
      took = writer.released(exchange);
    }
    Submission submission = exchange.dispatched.submission();
    if (submission != null) {
      submission.took(took);
    }
  }

  /** What the answer was expected to weigh has been charged if that was much. */
  private static void chargeForAnswer(RequestAttempt exchange) {
    if (exchange.dispatched.isDeserted()) {
      return; // nobody counts what comes
    }
    long size = exchange.receivedBytes();
    if (exchange.isLarge()) {
      exchange.dispatched.source().charge(size - exchange.weight());
    } else if (size > RequestQueue.SMALL) {
      exchange.dispatched.source().charge(size);
    }
  }

  @Override
  public void failed(RequestAttempt exchange, String reason) {
    assert Confined.to(loop);
    fail(exchange, reason);
  }

  private void fail(RequestAttempt exchange, String reason) {
    if (exchange.dispatched.isDeserted()) {
      return;
    }
    if (!exchange.dispatched.isSubmission()) {
      counters.count(Counter.EXCHANGE_FAILED);
    }
    exchange.dispatched.settle(new Outcome.Failed(reason));
  }

  @Override
  public void completed(RequestAttempt exchange) {
    assert Confined.to(loop);
    if (exchange.dispatched.isDeserted()) {
      return;
    }
    if (exchange.dispatched.isSubmission()) {
      exchange.dispatched.settle(Outcome.Absent.INSTANCE); // whatever came with it
      return;
    }
    if (exchange.received().isEmpty()) {
      counters.count(Counter.EXCHANGE_ABSENT);
      exchange.dispatched.settle(Outcome.Absent.INSTANCE);
      return;
    }
    checker.check(exchange);
  }

  @Override
  public void judge(RequestAttempt exchange, @Nullable String lie) {
    assert Confined.to(loop);
    if (exchange.dispatched.isDeserted()) {
      return;
    }
    if (lie == null) {
      answered.increment();
      exchange.dispatched.settle(new Outcome.Answered(exchange.received()));
      return;
    }
    counters.count(Counter.UPSTREAM_LIES);
    UpstreamConnection liar = exchange.link();
    if (lies.areTooMany(exchange.request(), lie) && liar != null) {
      liar.distrust(MisbehaviourTracker.MOST + " of its answers are not what was asked for");
    }
    if (exchange.dispatched.failed().countLie() < MOST_LIES) {
      attempt(exchange.dispatched, exchange.attempt + 1);
    } else {
      fail(exchange, "upstream answered twice with something else: " + lie);
    }
  }
}
