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
final class Joining {

  /** Takes a question to the node, or takes it back. */
  interface Questions {

    void ask(Lead lead);

    /** Somebody else has joined a question. */
    void joined(Lead lead, Turns.Seat seat);

    void withdraw(Lead lead);
  }

  private final Map<Key, Lead> leads = new HashMap<>();
  private final Questions questions;
  private final boolean joins;
  private final LongAdder asked;
  private final LongAdder joined;
  private final LongAdder deserted;

  Joining(Questions questions, boolean joins, Counters counters) {
    this.questions = questions;
    this.joins = joins;
    this.asked = counters.counter(Counter.EXCHANGE_ASKED);
    this.joined = counters.counter(Counter.EXCHANGE_JOINED);
    this.deserted = counters.counter(Counter.EXCHANGE_DESERTED);
  }

  void ask(Asker asker, Message request, Set<Key> keys, long weight, Turns.Seat seat) {
    Key key = joins && keys.size() == 1 ? keys.iterator().next() : null;
    if (key != null) {
      Lead lead = leads.get(key);
      if (lead != null && lead.request.equals(request)) {
        joined.increment();
        lead.join(asker);
        questions.joined(lead, seat);
        return;
      }
    }
    Lead lead = new Lead(request, keys, key, weight, seat);
    lead.join(asker);
    open(lead);
  }

  /** An asker does not wait any more. */
  void leave(Asker asker) {
    Lead lead = asker.lead;
    if (lead != null && lead.leave(asker) && !lead.isSettled()) {
      deserted.increment();
      forget(lead);
      questions.withdraw(lead);
    }
  }

  /** A question has been answered, or will not be. */
  void settle(Lead lead, Outcome outcome) {
    forget(lead);
    lead.end();
    if (outcome instanceof Outcome.Answered) {
      lead.settleAll(outcome);
      return;
    }
    // Open the question of the late ones first: whoever asks while hearing the outcome joins it.
    if (lead.hasLate()) {
      Lead next = lead.askAgain();
      open(next);
    }
    lead.settleEarly(outcome);
  }

  int open() {
    return leads.size();
  }

  private void open(Lead lead) {
    asked.increment();
    if (lead.joinable != null) {
      leads.putIfAbsent(lead.joinable, lead);
    }
    questions.ask(lead);
  }

  private void forget(Lead lead) {
    if (lead.joinable != null) {
      leads.remove(lead.joinable, lead);
    }
  }
}
