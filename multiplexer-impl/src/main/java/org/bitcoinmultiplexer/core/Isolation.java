package org.bitcoinmultiplexer.core;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.core.HazardMemory.Course;
import org.jspecify.annotations.Nullable;

/**
 * Asks what may cost a connection: on connections beside the shared one, one request at a time, so
 * that whatever a node does to such a connection it does to one request and to whoever made that.
 *
 * <p>A request comes here because the node is known to hang up on its kind, or because it was
 * unanswered when a connection ended. The node of the shared connection is asked first. If it hangs
 * up, other nodes are asked, as far as they may well answer; behind them the request is refused.
 *
 * <p>Confined to the engine's loop.
 */
final class Isolation {

  /** What becomes of what was asked here, unless it is answered. */
  interface Owner {

    /** It may be asked on the shared connection after all. */
    void harmless(RequestAttempt exchange);

    /** No node would answer it. */
    void refused(RequestAttempt exchange, Hazard hazard);

    /** The connection was lost, and not by its fault. */
    void lost(RequestAttempt exchange);

    /** Whether the node that is connected now may be asked for what was meant for one before. */
    boolean suits(RequestAttempt exchange);
  }

  private final EventLoop loop;
  private final Owner owner;
  private final HazardMemory memory;
  private final List<IsolatedLine> lines = new ArrayList<>();
  private final ArrayDeque<RequestAttempt> homeless = new ArrayDeque<>();
  private @Nullable UpstreamConnection shared;

  Isolation(
      EventLoop loop,
      Protocol protocol,
      List<Connector> nodes,
      SideConnections connections,
      HazardMemory memory,
      RandomGenerator random,
      Counters counters,
      Owner owner) {
    this.loop = loop;
    this.owner = owner;
    this.memory = memory;
    for (Connector node : nodes) {
      lines.add(
          new IsolatedLine(
              loop, protocol, node, connections, memory, new Backoff(random), counters, this));
    }
  }

  /** A request that is to be asked here; it is {@linkplain RequestAttempt#moveAside aside}. */
  void add(RequestAttempt exchange) {
    assert Confined.to(loop);
    if (shared == null) {
      homeless.add(exchange);
    } else {
      place(exchange, shared.target());
    }
  }

  private void place(RequestAttempt exchange, String sharedTarget) {
    Hazard hazard = memory.hazard(exchange.request());
    boolean isFirst = true;
    for (IsolatedLine line : inOrder(sharedTarget)) {
      if (!isFirst && !hazard.isElsewhere()) {
        break;
      }
      if (!exchange.dispatched.failed().wasPunishedBy(line.target())) {
        Course course = memory.course(line.target(), exchange.request());
        if (course == Course.SHARED && isFirst && !exchange.isSuspect) {
          owner.harmless(exchange);
          return;
        }
        if (course != Course.REFUSED && (isFirst || line.isThere())) {
          line.add(exchange);
          return;
        }
      }
      isFirst = false;
    }
    owner.refused(exchange, hazard);
  }

  private List<IsolatedLine> inOrder(String sharedTarget) {
    List<IsolatedLine> ordered = new ArrayList<>(lines);
    ordered.removeIf(line -> !line.target().equals(sharedTarget));
    lines.stream().filter(line -> !line.target().equals(sharedTarget)).forEach(ordered::add);
    return ordered;
  }

  /** The shared connection is there. */
  void connected(UpstreamConnection ready) {
    assert Confined.to(loop);
    shared = ready;
    memory.connected(ready.target());
    List<RequestAttempt> waiting = new ArrayList<>(homeless);
    homeless.clear();
    lines.forEach(line -> line.drainTo(waiting));
    waiting.stream().filter(RequestAttempt::isWaiting).forEach(this::add);
    lines.forEach(IsolatedLine::proceed);
  }

  /** A line has no connection: what waits there goes on to the next, if there is one. */
  void rehouse(IsolatedLine line) {
    assert Confined.to(loop);
    List<RequestAttempt> waiting = new ArrayList<>();
    line.drainTo(waiting);
    waiting.stream().filter(RequestAttempt::isWaiting).forEach(this::add);
  }

  /** It is lost. */
  void disconnected() {
    assert Confined.to(loop);
    shared = null;
  }

  /** Takes back all that waits. */
  List<RequestAttempt> drain() {
    assert Confined.to(loop);
    List<RequestAttempt> waiting = new ArrayList<>(homeless);
    homeless.clear();
    lines.forEach(line -> line.drainTo(waiting));
    return waiting;
  }

  /** What may wait here was called off. */
  void withdrawn(RequestAttempt exchange) {
    assert Confined.to(loop);
    if (exchange.aside) {
      homeless.remove(exchange);
      lines.forEach(IsolatedLine::withdrawn);
    }
  }

  /** What was asked here has ended, and its connection has not. */
  void released(RequestAttempt exchange) {
    assert Confined.to(loop);
    lines.forEach(line -> line.released(exchange));
  }

  void close() {
    assert Confined.to(loop);
    lines.forEach(IsolatedLine::close);
  }

  // ---- for its lines

  @Nullable UpstreamConnection shared() {
    return shared;
  }

  Owner owner() {
    return owner;
  }
}
