package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;

/**
 * What nodes have hung up for, and what they have shown to bear, by kind of request.
 *
 * <pre>
 *   (unknown) ──a connection ended with one unanswered──► SUSPECTED ──one was borne──► (unknown)
 *                                                           │    ▲
 *                                       one alone ended its │    │ after a while
 *                                                connection ▼    │
 *                                                         PUNISHED
 *   foreseen ──probe was borne──► BORNE, as long as the connection lasts
 *       └──────probe was not────► PUNISHED
 * </pre>
 *
 * <p>Bounded: of too many kinds the oldest are forgotten, which costs a connection at worst.
 * Confined to the engine's loop.
 */
final class HazardMemory {

  /** What is to be done with a request. */
  enum Course {
    /** It may be asked together with all others. */
    SHARED,
    /** Before it is asked, it has to be found out whether the node bears such requests. */
    PROBED,
    /** It may be asked on a connection of its own only. */
    ALONE,
    /** This node would hang up. */
    REFUSED
  }

  private enum State {
    SUSPECTED,
    PUNISHED,
    BORNE
  }

  private static final class Entry {
    State state;
    final boolean isForeseen;
    long until;

    Entry(State state, boolean isForeseen) {
      this.state = state;
      this.isForeseen = isForeseen;
    }
  }

  private record Place(String target, Object kind) {}

  /** For so long what was punished is not tried again. */
  static final Duration REMEMBERED = Duration.ofMinutes(10);

  private static final int MOST = 256;

  private final EventLoop loop;
  private final Protocol protocol;
  private final Map<Place, Entry> entries = new LinkedHashMap<>();

  HazardMemory(EventLoop loop, Protocol protocol) {
    this.loop = loop;
    this.protocol = protocol;
  }

  /** What is to be done with a request that may be asked of a node. */
  Course course(String target, Message request) {
    assert Confined.to(loop);
    Hazard foreseen = protocol.foreseen(request);
    if (foreseen != null) {
      Place place = new Place(target, foreseen.kind());
      Entry entry = entries.get(place);
      if (entry != null && entry.state == State.PUNISHED && isOver(entry)) {
        entries.remove(place);
        entry = null;
      }
      if (entry == null) {
        return foreseen.probe() == null ? Course.ALONE : Course.PROBED;
      }
      if (entry.state != State.BORNE) {
        return foreseen.isCertain() ? Course.REFUSED : Course.ALONE;
      }
    }
    if (entries.isEmpty()) {
      return Course.SHARED;
    }
    Hazard hazard = protocol.suspected(request);
    Entry entry = hazard == null ? null : entries.get(new Place(target, hazard.kind()));
    if (hazard == null || entry == null) {
      return Course.SHARED;
    }
    if (entry.state == State.PUNISHED && isOver(entry)) {
      entry.state = State.SUSPECTED;
    }
    return entry.state == State.PUNISHED && hazard.isCertain() ? Course.REFUSED : Course.ALONE;
  }

  private boolean isOver(Entry entry) {
    return loop.nanoTime() - entry.until >= 0;
  }

  /** What a request would be punished for, if it is. */
  Hazard hazard(Message request) {
    Hazard foreseen = protocol.foreseen(request);
    Hazard hazard = foreseen != null ? foreseen : protocol.suspected(request);
    return hazard != null ? hazard : Hazard.of(request);
  }

  /** A connection ended while such a request was unanswered. */
  void suspect(String target, Message request) {
    assert Confined.to(loop);
    Hazard hazard = protocol.suspected(request);
    if (hazard == null) {
      return;
    }
    Place place = new Place(target, hazard.kind());
    if (!entries.containsKey(place)) {
      put(place, new Entry(State.SUSPECTED, false));
    }
  }

  /** A request ended the connection on which it was alone. */
  void punished(String target, Hazard hazard) {
    assert Confined.to(loop);
    Entry entry = new Entry(State.PUNISHED, hazard.probe() != null);
    entry.until = loop.nanoTime() + REMEMBERED.toNanos();
    put(new Place(target, hazard.kind()), entry);
  }

  /** The node bears what was foreseen to be a hazard. */
  void borne(String target, Hazard foreseen) {
    assert Confined.to(loop);
    put(new Place(target, foreseen.kind()), new Entry(State.BORNE, true));
  }

  /** A request that was asked alone has ended, and the connection has not. */
  void survived(String target, Message request) {
    assert Confined.to(loop);
    Hazard hazard = protocol.suspected(request);
    if (hazard == null) {
      return;
    }
    Place place = new Place(target, hazard.kind());
    Entry entry = entries.get(place);
    if (entry != null && (entry.state == State.SUSPECTED || hazard.isCertain())) {
      entries.remove(place);
    }
  }

  /** There is a new connection: what its node bears may have been configured anew. */
  void connected(String target) {
    assert Confined.to(loop);
    entries
        .entrySet()
        .removeIf(each -> each.getKey().target.equals(target) && each.getValue().isForeseen);
  }

  private void put(Place place, Entry entry) {
    entries.remove(place); // the youngest stand last
    entries.put(place, entry);
    if (entries.size() > MOST) {
      Iterator<Place> oldest = entries.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }
}
