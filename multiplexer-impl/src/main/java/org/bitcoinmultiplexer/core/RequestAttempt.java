package org.bitcoinmultiplexer.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get a {@link DispatchedRequest} answered: the exchange that a router sees.
 *
 * <p>A second attempt is a new object, so that whatever a router still holds of the first can never
 * touch it.
 *
 * <pre>
 *   WAITING ──admitted──► ASKED ──complete, fail──► ENDED
 *      └───────────────cancel, fail──────────────────►
 * </pre>
 *
 * <p>Confined to the engine's loop.
 */
final class RequestAttempt implements Exchange {

  private enum State {
    WAITING,
    ASKED,
    ENDED
  }

  final DispatchedRequest dispatched;
  final int attempt;
  final int links; // how many there had been when it was asked for

  /** Whether it is to be asked beside the shared connection; see {@link Isolation}. */
  final boolean aside;

  /** Whether a connection has ended while it was unanswered. */
  final boolean isSuspect;

  private State state = State.WAITING;
  private long admitted;
  private @Nullable UpstreamConnection link;
  private List<Message> received = List.of();

  RequestAttempt(DispatchedRequest dispatched, int attempt, int links) {
    this(dispatched, attempt, links, false, false);
  }

  private RequestAttempt(
      DispatchedRequest dispatched, int attempt, int links, boolean aside, boolean isSuspect) {
    this.dispatched = dispatched;
    this.attempt = attempt;
    this.links = links;
    this.aside = aside;
    this.isSuspect = isSuspect;
  }

  /** What is asked beside the shared connection instead of this, which has not been asked. */
  RequestAttempt moveAside() {
    return replace(new RequestAttempt(dispatched, attempt, links, true, isSuspect));
  }

  /** What is asked alone instead of this, which was unanswered when its connection ended. */
  RequestAttempt askAlone(int linksByNow) {
    return replace(new RequestAttempt(dispatched, attempt + 1, linksByNow, true, true));
  }

  private RequestAttempt replace(RequestAttempt next) {
    cancel();
    dispatched.attempt(next);
    return next;
  }

  @Override
  public Message request() {
    return dispatched.request().message();
  }

  @Override
  public Set<Key> keys() {
    return dispatched.request().keys();
  }

  @Override
  public long weight() {
    return dispatched.request().weight();
  }

  /** Whether its answer is expected to be large; see {@link RequestQueue}. */
  boolean isLarge() {
    return !dispatched.isSubmission() && weight() > RequestQueue.SMALL;
  }

  /** It is about to be written. */
  void admitted(long now, UpstreamConnection to) {
    state = State.ASKED;
    admitted = now;
    link = to;
    dispatched.written();
  }

  /** When it was {@linkplain #admitted(long, UpstreamConnection) admitted}. */
  long admitted() {
    return admitted;
  }

  /** Where it was asked; null if it was not. */
  @Nullable UpstreamConnection link() {
    return link;
  }

  /** Nobody waits for its answer any more, which still takes up the connection. */
  void abandon() {
    if (link != null && link.isReady()) {
      link.router().abandon(this);
    }
  }

  /** Whether it is still to be asked. */
  boolean isWaiting() {
    return state == State.WAITING;
  }

  boolean asked() {
    return state == State.ASKED;
  }

  /** Ends an attempt that nobody waits for, without telling anybody. */
  void cancel() {
    state = State.ENDED;
  }

  @Override
  public void receive(Message part) {
    if (state == State.ENDED) {
      return;
    }
    if (received.isEmpty()) {
      received = List.of(part); // most often the only one
      return;
    }
    if (received.size() == 1) {
      received = new ArrayList<>(received);
    }
    received.add(part);
  }

  /** What was received so far, in order. */
  List<Message> received() {
    return received;
  }

  /** How much was received so far. */
  long receivedBytes() {
    long bytes = 0;
    for (int i = 0; i < received.size(); i++) {
      bytes += received.get(i).size();
    }
    return bytes;
  }

  @Override
  public void complete() {
    if (state != State.ENDED) {
      end();
      dispatched.owner().completed(this);
    }
  }

  @Override
  public void fail(String reason) {
    if (state != State.ENDED) {
      end();
      dispatched.owner().failed(this, reason);
    }
  }

  private void end() {
    boolean asked = asked();
    state = State.ENDED;
    if (asked) {
      dispatched.owner().released(this);
    }
  }

  @Override
  public boolean ended() {
    return state == State.ENDED;
  }

  @Override
  public String toString() {
    return request() + " " + state;
  }
}
