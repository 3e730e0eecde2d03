package org.bitcoinmultiplexer.core;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * The stage in front of the upstream that lets equal requests share one exchange.
 *
 * <p>A positive answer settles everybody. A negative one settles those who had joined before the
 * request was written; who joined later is asked for together, once more. Nothing is kept after the
 * end. Two requests are joined if they have the same single key and are equal in full.
 *
 * <p>Confined to the engine's loop.
 */
final class CoalescingStage {

  /** Takes a question to the node, or takes it back. */
  interface Questions {

    void ask(SharedRequest lead);

    /** Somebody else has joined a question. */
    void joined(SharedRequest lead, RequestQueue.Source source);

    void withdraw(SharedRequest lead);
  }

  private final Map<Key, SharedRequest> leads = new HashMap<>();
  private final Questions questions;
  private final boolean joins;
  private final LongAdder asked;
  private final LongAdder joined;
  private final LongAdder deserted;

  CoalescingStage(Questions questions, boolean joins, Counters counters) {
    this.questions = questions;
    this.joins = joins;
    this.asked = counters.counter(Counter.EXCHANGE_ASKED);
    this.joined = counters.counter(Counter.EXCHANGE_JOINED);
    this.deserted = counters.counter(Counter.EXCHANGE_DESERTED);
  }

  void ask(Waiter waiter, Message request, Set<Key> keys, long weight, RequestQueue.Source source) {
    Key key = joins && keys.size() == 1 ? keys.iterator().next() : null;
    if (key != null) {
      SharedRequest lead = leads.get(key);
      if (lead != null && lead.request.equals(request)) {
        joined.increment();
        lead.join(waiter);
        questions.joined(lead, source);
        return;
      }
    }
    SharedRequest lead = new SharedRequest(request, keys, key, weight, source);
    lead.join(waiter);
    open(lead);
  }

  /** An waiter does not wait any more. */
  void leave(Waiter waiter) {
    SharedRequest lead = waiter.lead;
    if (lead != null && lead.leave(waiter) && !lead.isSettled()) {
      deserted.increment();
      forget(lead);
      questions.withdraw(lead);
    }
  }

  /** A question has been answered, or will not be. */
  void settle(SharedRequest lead, Outcome outcome) {
    forget(lead);
    lead.end();
    if (outcome instanceof Outcome.Answered) {
      lead.settleAll(outcome);
      return;
    }
    // Open the question of the late ones first: whoever asks while hearing the outcome joins it.
    if (lead.hasLate()) {
      SharedRequest next = lead.askAgain();
      open(next);
    }
    lead.settleEarly(outcome);
  }

  int open() {
    return leads.size();
  }

  private void open(SharedRequest lead) {
    asked.increment();
    if (lead.joinable != null) {
      leads.putIfAbsent(lead.joinable, lead);
    }
    questions.ask(lead);
  }

  private void forget(SharedRequest lead) {
    if (lead.joinable != null) {
      leads.remove(lead.joinable, lead);
    }
  }
}
