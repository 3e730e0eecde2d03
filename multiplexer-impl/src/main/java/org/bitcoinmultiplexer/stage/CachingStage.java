package org.bitcoinmultiplexer.stage;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
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
 * Asks only for what is not known, and keeps what was answered. A client's request for something at
 * hand need not even be handed over: {@link #find}.
 *
 * <p>Only an answer of one message to a request with a {@linkplain Request#lasting lasting name} is
 * kept: never an absence or a refusal, which is true for a moment at most. What a search finds is
 * checked like an answer of upstream's before anybody gets it. What is asked while too much is
 * searched for is asked upstream: a disk that hangs must not be worse than none.
 *
 * <p>Confined to the engine's loop, except {@link #find}.
 */
public final class CachingStage implements Stage {

  /**
   * So many are searched for at a time: some seconds' work of a disk, and some megabytes. A wallet
   * that catches up may ask for 500 blocks at once.
   */
  public static final int MOST_SEARCHES = 10_000;

  /** Decides whether a message is what a request asks for; pure, any thread. */
  @FunctionalInterface
  public interface Check {

    /** Whether it is; may take milliseconds. */
    boolean isTrue(Request request, Message answer);
  }

  private final EventLoop loop;
  private final Stage next;
  private final AnswerLookup answers;
  private final Check check;
  private final LongAdder asked;
  private final LongAdder deserted;
  private final LongAdder hits;
  private final LongAdder found;
  private final LongAdder kept;
  private final LongAdder busy;
  private int searches; // under way

  /**
   * @param counters of the engine
   */
  public CachingStage(
      EventLoop loop,
      Stage next,
      AnswerLookup answers,
      Check check,
      Function<Counter, LongAdder> counters) {
    this.loop = loop;
    this.next = next;
    this.answers = answers;
    this.check = check;
    this.asked = counters.apply(Counter.EXCHANGE_ASKED);
    this.deserted = counters.apply(Counter.EXCHANGE_DESERTED);
    this.hits = counters.apply(Counter.CACHE_HIT);
    this.found = counters.apply(Counter.CACHE_FOUND);
    this.kept = counters.apply(Counter.CACHE_KEPT);
    this.busy = counters.apply(Counter.CACHE_BUSY);
  }

  @Override
  public Optional<Outcome.Answered> find(Request request) {
    Message known = request.lasting().map(answers::find).orElse(null);
    if (known == null) {
      return next.find(request);
    }
    hits.increment();
    return Optional.of(answer(known));
  }

  private static Outcome.Answered answer(Message message) {
    return new Outcome.Answered(List.of(message));
  }

  @Override
  public PendingRequest ask(Request request, Waiter waiter) {
    assert loop.inEventLoop();
    if (request.lasting().isEmpty()) {
      return next.ask(request, waiter);
    }
    // Again, because it may have come while the request was handed over to this loop.
    Message known = answers.find(request.lasting().get());
    if (known != null) {
      asked.increment();
      hits.increment();
      waiter.settled(answer(known));
      return PendingRequest.SETTLED;
    }
    CacheMiss miss = new CacheMiss(this, request, waiter);
    if (searches >= MOST_SEARCHES) {
      busy.increment();
      miss.ask();
      return miss;
    }
    searches++;
    if (!answers.search(request.lasting().get(), miss, miss)) {
      searches--;
      miss.ask();
    }
    return miss;
  }

  /** Asks the next stage for what is not known. */
  PendingRequest askNext(CacheMiss miss) {
    assert loop.inEventLoop();
    return next.ask(miss.request(), miss);
  }

  /** Whether what was found is what is asked for. Any thread. */
  boolean isTrue(Request request, Message answer) {
    return check.isTrue(request, answer);
  }

  /** A search has ended. Any thread. */
  void searched(CacheMiss miss, @Nullable Message answer) {
    if (loop.inEventLoop()) {
      ended(miss, answer);
    } else {
      loop.execute(() -> ended(miss, answer));
    }
  }

  private void ended(CacheMiss miss, @Nullable Message answer) {
    searches--;
    miss.searched(answer);
  }

  /** What was found is the outcome. */
  Outcome found(Message answer) {
    asked.increment();
    found.increment();
    return answer(answer);
  }

  /** Whoever waited for a search has left. */
  void deserted() {
    asked.increment();
    deserted.increment();
  }

  /** Keeps what upstream answered. */
  void keep(Request request, Outcome outcome) {
    assert loop.inEventLoop();
    if (outcome instanceof Outcome.Answered answered && answered.messages().size() == 1) {
      kept.increment();
      answers.keep(request.lasting().orElseThrow(), answered.message());
    }
  }
}
