package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.api.Waiter;
import org.bitcoinmultiplexer.core.HazardMemory.Course;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is asked of one node in isolation, and the connection for it.
 *
 * <pre>
 *   CLOSED ──something waits──► DIALLING ──handshake──► FREE ◄──ended── ASKING
 *     ▲                            │                     │ └──one request──►│
 *     ├──────rested── RESTING ◄────┘                     │                  │ hung up
 *     ├──────────────────────────────────────idle────────┘                  ▼
 *     └──────────────────────────────────────────────────────────────── it is tried
 * </pre>
 *
 * <p>A node may hang up for other reasons than the request: it may just end. So the request is only
 * held guilty if the shared connection to the same node is still there a moment later, or to
 * another node a new one; or if the same happens a second time.
 *
 * <p>Confined to the engine's loop.
 */
final class IsolatedLine implements SideConnections.Listener {

  private static final Logger log = LoggerFactory.getLogger(IsolatedLine.class);

  /** After so long without anything to ask the connection is given back to the node. */
  private static final Duration IDLE = Duration.ofSeconds(10);

  /** So long it may take to notice that a node has ended, of which one connection is lost. */
  static final Duration TRIAL = Duration.ofSeconds(1);

  private final EventLoop loop;
  private final Protocol protocol;
  private final Connector node;
  private final SideConnections connections;
  private final HazardMemory memory;
  private final Backoff backoff;
  private final Counters counters;
  private final Isolation isolation;
  private final RequestQueue turns;

  private boolean dialling;
  private @Nullable UpstreamConnection link;
  private @Nullable RequestAttempt asked;
  private @Nullable Hazard probed; // what the one that was asked is a probe for
  private final Set<EventLoop.Timer> trials = new HashSet<>(); // of what it may be the fault of
  private EventLoop.@Nullable Timer timer; // of RESTING, or of an idle connection
  private boolean resting;
  private boolean proceeding;

  IsolatedLine(
      EventLoop loop,
      Protocol protocol,
      Connector node,
      SideConnections connections,
      HazardMemory memory,
      Backoff backoff,
      Counters counters,
      Isolation isolation) {
    this.loop = loop;
    this.turns = new RequestQueue(loop);
    this.protocol = protocol;
    this.node = node;
    this.connections = connections;
    this.memory = memory;
    this.backoff = backoff;
    this.counters = counters;
    this.isolation = isolation;
  }

  String target() {
    return node.target();
  }

  /** Whether there is hope of a connection. */
  boolean isThere() {
    return !resting;
  }

  void add(RequestAttempt exchange) {
    assert Confined.to(loop);
    turns.add(exchange);
    proceed();
  }

  /** Something that may wait here was called off. */
  void withdrawn() {
    assert Confined.to(loop);
    turns.withdrawn();
  }

  /** Does in a task of its own what can be done. */
  void proceed() {
    if (!proceeding) {
      proceeding = true;
      loop.execute(
          () -> {
            proceeding = false;
            step();
          });
    }
  }

  private void step() {
    assert Confined.to(loop);
    if (isolation.shared() == null || dialling || resting || asked != null) {
      return;
    }
    RequestQueue.PriorityClass priority = next();
    while (priority != null && isForElsewhere(first(priority))) {
      isolation.add(take(priority));
      priority = next();
    }
    if (link != null) {
      stopTimer();
      if (priority == null) {
        timer = loop.schedule(IDLE, this::hangUp);
      } else {
        examine(priority, link);
      }
    } else if (priority != null || (!trials.isEmpty() && !isOfShared())) {
      dialling = true;
      connections.open(node, this);
    }
  }

  private void hangUp() {
    timer = null;
    if (link != null) {
      link.lose("nothing more is to be asked");
    }
  }

  private RequestQueue.@Nullable PriorityClass next() {
    for (int place = 0; place < turns.priorities(); place++) {
      RequestQueue.PriorityClass priority = turns.priority(place);
      if (priority.peek() != null) {
        return priority;
      }
    }
    return null;
  }

  private void examine(RequestQueue.PriorityClass priority, UpstreamConnection to) {
    RequestAttempt exchange = first(priority);
    if (memory.course(target(), exchange.request()) == Course.PROBED) {
      probe(memory.hazard(exchange.request()), to);
    } else if (isOfShared() && !isolation.owner().suits(exchange)) {
      take(priority).fail("this node cannot be asked for that");
      proceed();
    } else if (to.router().admit(exchange)) {
      take(priority);
      write(exchange, to);
    } // else the marker behind the one before is still to be echoed
  }

  /** Whether it has come out meanwhile that a request is not to be asked here. */
  private boolean isForElsewhere(RequestAttempt exchange) {
    Course course = memory.course(target(), exchange.request());
    return course == Course.REFUSED
        || (course == Course.SHARED && isOfShared() && !exchange.isSuspect);
  }

  private static RequestAttempt first(RequestQueue.PriorityClass priority) {
    RequestAttempt first = priority.peek();
    if (first == null) {
      throw new IllegalStateException("nothing waits");
    }
    return first;
  }

  private RequestAttempt take(RequestQueue.PriorityClass priority) {
    RequestAttempt taken = first(priority);
    priority.take();
    turns.served(priority);
    return taken;
  }

  private boolean isOfShared() {
    UpstreamConnection shared = isolation.shared();
    return shared != null && shared.target().equals(target());
  }

  private void probe(Hazard hazard, UpstreamConnection to) {
    Message request = hazard.probe();
    if (request == null) {
      throw new IllegalStateException("there is no probe for " + hazard.kind());
    }
    Probe probe = new Probe(hazard);
    RequestAttempt attempt =
        new RequestAttempt(
            new DispatchedRequest(probe, protocol.read(request, false), probe), 1, 0);
    if (to.router().admit(attempt)) {
      probed = hazard;
      write(attempt, to);
    }
  }

  private void write(RequestAttempt exchange, UpstreamConnection to) {
    asked = exchange;
    counters.count(
        !exchange.dispatched.isSubmission()
            ? Counter.UPSTREAM_REQUESTS
            : Counter.UPSTREAM_SUBMISSIONS);
    exchange.admitted(loop.nanoTime(), to);
    to.asked(exchange);
    to.flush();
  }

  /** What was asked has ended. */
  void released(RequestAttempt exchange) {
    assert Confined.to(loop);
    if (asked == exchange) {
      asked = null;
      memory.survived(target(), exchange.request());
      proceed();
    }
  }

  @Override
  public void progress() {
    assert Confined.to(loop);
    proceed();
  }

  @Override
  public void ready(UpstreamConnection ready) {
    assert Confined.to(loop);
    dialling = false;
    link = ready;
    backoff.reset();
    proceed();
  }

  @Override
  public void gone(@Nullable UpstreamConnection lost, boolean wasReady, String reason) {
    assert Confined.to(loop);
    dialling = false;
    link = null;
    stopTimer();
    if (!wasReady) {
      rest();
      return;
    }
    RequestAttempt last = asked;
    Hazard probe = probed;
    asked = null;
    probed = null;
    if (last == null || last.ended()) {
      proceed();
      return;
    }
    last.cancel();
    if (lost == null || !lost.hungUp()) {
      if (probe == null) {
        isolation.owner().lost(last);
      }
    } else if (probe != null) {
      memory.punished(target(), probe);
      log.warn("upstream {} does not bear {}: {}", target(), probe.kind(), probe.rule());
    } else {
      accuse(last);
    }
    proceed();
  }

  private void rest() {
    assert Confined.to(loop);
    resting = true;
    timer =
        loop.schedule(
            backoff.next(),
            () -> {
              timer = null;
              resting = false;
              proceed();
            });
    if (!isOfShared()) {
      isolation.rehouse(this);
    }
  }

  private void accuse(RequestAttempt suspect) {
    assert Confined.to(loop);
    UpstreamConnection shared = isolation.shared();
    boolean ofShared = isOfShared();
    EventLoop.Timer[] trial = new EventLoop.Timer[1];
    trial[0] =
        loop.schedule(
            TRIAL,
            () -> {
              trials.remove(trial[0]);
              judge(
                  suspect,
                  ofShared ? shared == isolation.shared() : shared != null && link != null);
            });
    trials.add(trial[0]);
  }

  /**
   * Decides whether it was the request for which the node hung up.
   *
   * @param lives whether the node is still there: not if the shared connection had ended first,
   *     which says nothing of the request
   */
  private void judge(RequestAttempt suspect, boolean lives) {
    boolean isRepeated = suspect.dispatched.failed().isBlamedAgain();
    if (!lives && !isRepeated) {
      isolation.owner().lost(suspect);
      return;
    }
    Hazard hazard = memory.hazard(suspect.request());
    memory.punished(target(), hazard);
    suspect.dispatched.failed().punishedBy(target());
    counters.count(Counter.UPSTREAM_PUNISHED);
    log.warn(
        "upstream {} hung up on {}, which was asked alone, probably by this rule: {}",
        target(),
        suspect.request(),
        hazard.rule());
    isolation.add(suspect.askAlone(suspect.links));
  }

  /** Takes back what waits. */
  void drainTo(Collection<RequestAttempt> waiting) {
    assert Confined.to(loop);
    for (RequestAttempt next = turns.poll(); next != null; next = turns.poll()) {
      waiting.add(next);
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  void close() {
    assert Confined.to(loop);
    stopTimer();
    trials.forEach(EventLoop.Timer::cancel);
  }

  /** Hears how a probe ended: if it did, the node bears what it stands for. */
  private final class Probe implements DispatchedRequest.Owner, Waiter {

    private final Hazard hazard;
    private final RequestQueue.Source source = new RequestQueue.Source();

    Probe(Hazard hazard) {
      this.hazard = hazard;
    }

    @Override
    public RequestSource source() {
      return source;
    }

    @Override
    public void released(RequestAttempt exchange) {
      assert Confined.to(loop);
      asked = null;
      probed = null;
      memory.borne(target(), hazard);
      log.info("upstream {} bears {}", target(), hazard.kind());
      proceed();
    }

    @Override
    public void completed(RequestAttempt exchange) {
      // Whether it was answered does not matter.
    }

    @Override
    public void failed(RequestAttempt exchange, String reason) {
      // Nor this.
    }

    @Override
    public void settled(Outcome outcome) {
      // Nor this.
    }

    @Override
    public void joined(DispatchedRequest request, RequestQueue.Source other) {
      // Nobody does.
    }

    @Override
    public void withdrawn(DispatchedRequest request) {
      assert Confined.to(loop);
      // Nobody does.
    }
  }
}
