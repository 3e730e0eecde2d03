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
final class SharedRequest {

  final Message request;
  final Set<Key> keys;

  /** The key by which others find it to join; null if nobody may. */
  final @Nullable Key joinable;

  final long weight;
  final RequestQueue.Source source;

  private final Waiters early = new Waiters();
  private @Nullable Waiters late; // made on first use
  private @Nullable RequestAttempt exchange;
  private boolean written;
  private boolean settled;
  private @Nullable FailedAttempts failed; // made on first use: most are answered at once

  /** Null unless it is no question, but something that is handed in. */
  final @Nullable Submission submission;

  SharedRequest(
      Message request,
      Set<Key> keys,
      @Nullable Key joinable,
      long weight,
      RequestQueue.Source source) {
    this(request, keys, joinable, null, weight, source);
  }

  SharedRequest(
      Message handedIn,
      Set<Key> keys,
      Submission submission,
      long weight,
      RequestQueue.Source source) {
    this(handedIn, keys, null, submission, weight, source);
  }

  private SharedRequest(
      Message request,
      Set<Key> keys,
      @Nullable Key joinable,
      @Nullable Submission submission,
      long weight,
      RequestQueue.Source source) {
    this.request = request;
    this.keys = keys;
    this.joinable = joinable;
    this.submission = submission;
    this.weight = weight;
    this.source = source;
  }

  void join(Waiter waiter) {
    waiter.lead = this;
    (written ? late() : early).add(waiter);
  }

  private Waiters late() {
    Waiters known = late;
    if (known == null) {
      known = new Waiters();
      late = known;
    }
    return known;
  }

  /** Takes one waiter out; true if nobody is left. */
  boolean leave(Waiter waiter) {
    Waiters list = waiter.list;
    if (list != null) {
      list.remove(waiter);
    }
    waiter.lead = null;
    return isDeserted();
  }

  /** Whether nobody waits for the answer any more. */
  boolean isDeserted() {
    return early.isEmpty() && !hasLate();
  }

  /** The attempt that is under way from now on; it is not written yet. */
  void attempt(RequestAttempt next) {
    exchange = next;
    written = false;
  }

  @Nullable RequestAttempt exchange() {
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
  SharedRequest askAgain() {
    SharedRequest next = new SharedRequest(request, keys, joinable, weight, source);
    if (late != null) {
      late.moveTo(next.early, next);
    }
    return next;
  }
}
