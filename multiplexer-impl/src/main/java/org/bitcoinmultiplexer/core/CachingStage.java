package org.bitcoinmultiplexer.core;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The stage between joining and upstream that asks only for what is not known, and keeps what was
 * answered. A client's request for something at hand does not even come here: {@link #find}.
 *
 * <p>Only an answer of one message whose name is {@linkplain Protocol#lasting lasting} is kept:
 * never an absence or a refusal, which is true for a moment at most. What a search finds is checked
 * like an answer of upstream's before anybody gets it.
 *
 * <p>Confined to the engine's loop, except {@link #find}.
 */
final class CachingStage implements CoalescingStage.Questions {

  private final EventLoop loop;
  private final Protocol protocol;
  private final AnswerLookup answers;
  private final CoalescingStage.Questions upstream;
  private final RequestDispatcher.Answers settled;
  private final boolean remembers;
  private final LongAdder hits;
  private final LongAdder searched;
  private final LongAdder kept;

  CachingStage(
      EventLoop loop,
      Protocol protocol,
      AnswerLookup answers,
      CoalescingStage.Questions upstream,
      RequestDispatcher.Answers settled,
      Counters counters) {
    this.loop = loop;
    this.protocol = protocol;
    this.answers = answers;
    this.upstream = upstream;
    this.settled = settled;
    this.remembers = answers != AnswerLookup.NONE;
    this.hits = counters.counter(Counter.CACHE_HIT);
    this.searched = counters.counter(Counter.CACHE_FOUND);
    this.kept = counters.counter(Counter.CACHE_KEPT);
  }

  /**
   * What is at hand for a request. Any thread; no hop, no lock.
   *
   * @return null if it must be asked
   */
  Outcome.@Nullable Answered find(Message request, Set<Key> keys) {
    Key name = name(request, keys);
    Message known = name == null ? null : answers.find(name);
    if (known == null) {
      return null;
    }
    hits.increment();
    return new Outcome.Answered(List.of(known));
  }

  private @Nullable Key name(Message request, Set<Key> keys) {
    return remembers ? protocol.lasting(request, keys) : null;
  }

  @Override
  public void ask(SharedRequest lead) {
    Key name = name(lead.request, lead.keys);
    if (name == null) {
      upstream.ask(lead);
      return;
    }
    // Again, because it may have come while the request was handed over to this loop.
    Message known = answers.find(name);
    if (known != null) {
      hits.increment();
      answered(lead, known);
    } else if (!answers.search(
        name,
        found -> protocol.check(lead.request, List.of(found)) == null,
        found -> Confined.run(loop, () -> searched(lead, found)))) {
      upstream.ask(lead);
    }
  }

  private void searched(SharedRequest lead, @Nullable Message found) {
    if (lead.isDeserted()) {
      return;
    }
    if (found != null) {
      searched.increment();
      answered(lead, found);
    } else {
      upstream.ask(lead);
    }
  }

  private void answered(SharedRequest lead, Message answer) {
    settled.settled(lead, new Outcome.Answered(List.of(answer)));
  }

  @Override
  public void joined(SharedRequest lead, RequestQueue.Source source) {
    upstream.joined(lead, source);
  }

  @Override
  public void withdraw(SharedRequest lead) {
    upstream.withdraw(lead); // which knows nothing of one that is still searched for
  }

  /** Keeps what upstream answered, if that lasts. */
  void keep(SharedRequest lead, Outcome outcome) {
    if (outcome instanceof Outcome.Answered answered && answered.messages().size() == 1) {
      Key name = name(lead.request, lead.keys);
      if (name != null) {
        kept.increment();
        answers.keep(name, answered.message());
      }
    }
  }
}
