package org.bitcoinmultiplexer.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get a {@link Lead} answered: the exchange that a correlator sees.
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
final class LiveExchange implements Exchange {

  /** Hears how an attempt ended, as the correlator sees it. */
  interface Sink {

    /** It does not take up the connection any more. */
    void released(LiveExchange exchange);

    void completed(LiveExchange exchange);

    void failed(LiveExchange exchange, String reason);
  }

  private enum State {
    WAITING,
    ASKED,
    ENDED
  }

  final Lead lead;
  final int attempt;
  final int links; // how many there had been when it was asked for
  private final Sink sink;
  private State state = State.WAITING;
  private long admitted;
  private @Nullable Message single;
  private @Nullable List<Message> several;

  LiveExchange(Lead lead, int attempt, int links, Sink sink) {
    this.lead = lead;
    this.attempt = attempt;
    this.links = links;
    this.sink = sink;
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

  /** Whether its answer is expected to be large; see {@link Turns}. */
  boolean isLarge() {
    return lead.submission == null && lead.weight > Turns.SMALL;
  }

  /** It is about to be written. */
  void admitted(long now) {
    state = State.ASKED;
    admitted = now;
    lead.written();
  }

  /** When it was {@link #admitted(long)}. */
  long admitted() {
    return admitted;
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
