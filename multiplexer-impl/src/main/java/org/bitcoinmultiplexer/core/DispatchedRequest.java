package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.PendingRequest;
import org.bitcoinmultiplexer.api.Request;
import org.bitcoinmultiplexer.api.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * One request that is taken to the node, through as many {@linkplain RequestAttempt attempts} as it
 * takes.
 *
 * <p>Confined to the engine's loop.
 */
final class DispatchedRequest implements PendingRequest {

  /** Hears what becomes of its attempts, as the router sees them, and of those who wait. */
  interface Owner {

    /** An attempt does not take up the connection any more. */
    void released(RequestAttempt exchange);

    void completed(RequestAttempt exchange);

    void failed(RequestAttempt exchange, String reason);

    /** Somebody else has joined. */
    void joined(DispatchedRequest request, RequestQueue.Source source);

    /** Nobody waits any more. */
    void withdrawn(DispatchedRequest request);
  }

  private final Owner owner;
  private final Request request;
  private final Waiter waiter;
  private final RequestQueue.Source source;
  private @Nullable RequestAttempt attempt; // that is under way
  private @Nullable FailedAttempts failed; // made on first use: most are answered at once
  private boolean ended;

  DispatchedRequest(Owner owner, Request request, Waiter waiter) {
    this.owner = owner;
    this.request = request;
    this.waiter = waiter;
    this.source = (RequestQueue.Source) waiter.source();
  }

  Owner owner() {
    return owner;
  }

  Request request() {
    return request;
  }

  RequestQueue.Source source() {
    return source;
  }

  /** What is handed in; null if it is a question. */
  @Nullable Submission submission() {
    return waiter instanceof Submission submission ? submission : null;
  }

  boolean isSubmission() {
    return waiter instanceof Submission;
  }

  @Nullable RequestAttempt attempt() {
    return attempt;
  }

  /** Another attempt is under way from now on; it is not written yet. */
  void attempt(RequestAttempt next) {
    attempt = next;
    waiter.queued();
  }

  /** It goes out now. */
  void written() {
    waiter.written();
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

  /** Whether nobody waits for the outcome any more: it was withdrawn, or is there already. */
  boolean isDeserted() {
    return ended;
  }

  void settle(Outcome outcome) {
    if (!ended) {
      ended = true;
      waiter.settled(outcome);
    }
  }

  @Override
  public void join(Waiter another) {
    if (!ended) {
      owner.joined(this, (RequestQueue.Source) another.source());
    }
  }

  @Override
  public void withdraw() {
    if (!ended) {
      ended = true;
      owner.withdrawn(this);
    }
  }
}
