package org.bitcoinmultiplexer.core;

import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One question on behalf of everybody who asks it, through as many attempts as it takes.
 *
 * <p>It tells those who asked before the question was written from those who came later: a negative
 * answer is true for the former only, since what the node did not have when it was asked it may
 * have a moment afterwards.
 *
 * <p>Confined to the engine's loop.
 */
final class Lead {

  final Message request;
  final Set<Key> keys;

  /** The key by which others find it to join; null if nobody may. */
  final @Nullable Key joinable;

  final long weight;
  final Turns.Seat seat;

  private final Askers early = new Askers();
  private @Nullable Askers late; // made on first use
  private @Nullable LiveExchange exchange;
  private boolean written;
  private boolean settled;
  private @Nullable FailedAttempts failed; // made on first use: most are answered at once

  /** Null unless it is no question, but something that is handed in. */
  final @Nullable Submission submission;

  Lead(Message request, Set<Key> keys, @Nullable Key joinable, long weight, Turns.Seat seat) {
    this(request, keys, joinable, null, weight, seat);
  }

  Lead(Message handedIn, Set<Key> keys, Submission submission, long weight, Turns.Seat seat) {
    this(handedIn, keys, null, submission, weight, seat);
  }

  private Lead(
      Message request,
      Set<Key> keys,
      @Nullable Key joinable,
      @Nullable Submission submission,
      long weight,
      Turns.Seat seat) {
    this.request = request;
    this.keys = keys;
    this.joinable = joinable;
    this.submission = submission;
    this.weight = weight;
    this.seat = seat;
  }

  void join(Asker asker) {
    asker.lead = this;
    (written ? late() : early).add(asker);
  }

  private Askers late() {
    Askers known = late;
    if (known == null) {
      known = new Askers();
      late = known;
    }
    return known;
  }

  /** Takes one asker out; true if nobody is left. */
  boolean leave(Asker asker) {
    Askers list = asker.list;
    if (list != null) {
      list.remove(asker);
    }
    asker.lead = null;
    return isDeserted();
  }

  /** Whether nobody waits for the answer any more. */
  boolean isDeserted() {
    return early.isEmpty() && !hasLate();
  }

  /** The attempt that is under way from now on; it is not written yet. */
  void attempt(LiveExchange next) {
    exchange = next;
    written = false;
  }

  @Nullable LiveExchange exchange() {
    return exchange;
  }

  /** The question goes out now: whoever waits by this moment has asked in time. */
  void written() {
    written = true;
    if (late != null) {
      late.moveTo(early, this);
    }
  }

  /** What became of the attempts that failed. */
  FailedAttempts failed() {
    FailedAttempts known = failed;
    if (known == null) {
      known = new FailedAttempts();
      failed = known;
    }
    return known;
  }

  /** It has its outcome; who hears that may make others leave who are about to hear it. */
  void end() {
    settled = true;
  }

  boolean isSettled() {
    return settled;
  }

  /** Tells everybody. */
  void settleAll(Outcome outcome) {
    early.settle(outcome);
    if (late != null) {
      late.settle(outcome);
    }
  }

  /** Tells those who asked in time. */
  void settleEarly(Outcome outcome) {
    early.settle(outcome);
  }

  /** Whether somebody asked too late to be told a negative answer. */
  boolean hasLate() {
    return late != null && !late.isEmpty();
  }

  /** Makes a fresh question of those who asked too late. */
  Lead askAgain() {
    Lead next = new Lead(request, keys, joinable, weight, seat);
    if (late != null) {
      late.moveTo(next.early, next);
    }
    return next;
  }
}
