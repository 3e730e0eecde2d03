package org.bitcoinmultiplexer.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get a {@link SharedRequest} answered: the exchange that a correlator sees.
 *
 * <p>A second attempt is a new object, so that whatever a correlator still holds of the first can
 * never touch it.
 *
 * <pre>
 *   WAITING ──admitted──► ASKED ──complete, fail──► ENDED
 *      └───────────────cancel, fail──────────────────►
 * </pre>
 *
 * <p>Confined to the engine's loop.
 */
final class RequestAttempt implements Exchange {

  /** Hears how an attempt ended, as the correlator sees it. */
  interface Sink {

    /** It does not take up the connection any more. */
    void released(RequestAttempt exchange);

    void completed(RequestAttempt exchange);

    void failed(RequestAttempt exchange, String reason);
  }

  private enum State {
    WAITING,
    ASKED,
    ENDED
  }

  final SharedRequest lead;
  final int attempt;
  final int links; // how many there had been when it was asked for

  /** Whether it is to be asked beside the shared connection; see {@link Isolation}. */
  final boolean aside;

  /** Whether a connection has ended while it was unanswered. */
  final boolean isSuspect;

  private final Sink sink;
  private State state = State.WAITING;
  private long admitted;
  private @Nullable UpstreamConnection link;
  private @Nullable Message single;
  private @Nullable List<Message> several;

  RequestAttempt(SharedRequest lead, int attempt, int links, Sink sink) {
    this(lead, attempt, links, sink, false, false);
  }

  private RequestAttempt(
      SharedRequest lead, int attempt, int links, Sink sink, boolean aside, boolean isSuspect) {
    this.lead = lead;
    this.attempt = attempt;
    this.links = links;
    this.sink = sink;
    this.aside = aside;
    this.isSuspect = isSuspect;
  }

  /** What is asked beside the shared connection instead of this, which has not been asked. */
  RequestAttempt moveAside() {
    return replace(new RequestAttempt(lead, attempt, links, sink, true, isSuspect));
  }

  /** What is asked alone instead of this, which was unanswered when its connection ended. */
  RequestAttempt askAlone(int linksByNow) {
    return replace(new RequestAttempt(lead, attempt + 1, linksByNow, sink, true, true));
  }

  private RequestAttempt replace(RequestAttempt next) {
    cancel();
    lead.attempt(next);
    return next;
  }

  @Override
  public Message request() {
    return lead.request;
  }

  @Override
  public Set<Key> keys() {
    return lead.keys;
  }

  @Override
  public long weight() {
    return lead.weight;
  }

  /** Whether its answer is expected to be large; see {@link RequestQueue}. */
  boolean isLarge() {
    return lead.submission == null && lead.weight > RequestQueue.SMALL;
  }

  /** It is about to be written. */
  void admitted(long now, UpstreamConnection to) {
    state = State.ASKED;
    admitted = now;
    link = to;
    lead.written();
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
    if (several != null) {
      several.add(part);
    } else if (single == null) {
      single = part;
    } else {
      several = new ArrayList<>();
      several.add(single);
      several.add(part);
    }
  }

  /** What was received so far, in order. */
  List<Message> received() {
    if (several != null) {
      return several;
    }
    return single == null ? List.of() : List.of(single);
  }

  /** How much was received so far. */
  long receivedBytes() {
    if (several == null) {
      return single == null ? 0 : single.size();
    }
    long bytes = 0;
    for (Message part : several) {
      bytes += part.size();
    }
    return bytes;
  }

  @Override
  public void complete() {
    if (state != State.ENDED) {
      end();
      sink.completed(this);
    }
  }

  @Override
  public void fail(String reason) {
    if (state != State.ENDED) {
      end();
      sink.failed(this, reason);
    }
  }

  private void end() {
    boolean asked = asked();
    state = State.ENDED;
    if (asked) {
      sink.released(this);
    }
  }

  @Override
  public boolean ended() {
    return state == State.ENDED;
  }

  @Override
  public String toString() {
    return lead.request + " " + state;
  }
}
