package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Numbering;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to the node, from the moment it is open until it is lost.
 *
 * <pre>
 *   GREETING ──handshake──► READY ──► LOST
 *       └──────────────────────────────►
 * </pre>
 *
 * <p>Lost is lost: whatever the transport, the node or the conversation says afterwards is ignored,
 * and the next connection is another link. A node is given up if its handshake takes too long, if
 * it owes answers and makes no progress (it does not even echo a marker), if it owes one of them
 * for far too long, or if it gives no sign of life when asked for one. Whoever is asked and says
 * nothing at all for {@link #SIGN_OF_LIFE} is reported as hanging, long before it is given up:
 * there may be another node that does not.
 *
 * <p>Confined to the engine's loop.
 */
final class UpstreamConnection implements NodeContext, Transport.Listener {

  /** Hears what becomes of a link. */
  interface Owner {

    void linkReady(UpstreamConnection link);

    /** Something ended, so there may be room for more. */
    void linkProgress();

    /** Called only for a link that was ready. */
    void linkLost(UpstreamConnection link);
  }

  /** What a link needs of the engine. */
  interface Host {

    EventLoop loop();

    ResponseRouter newRouter(@Nullable Numbering numbering);

    NodeConversation greet(NodeContext link);

    Settings settings();

    /** Whether there is a node to go to if this one is no good. */
    boolean hasOtherNode();

    /** It says nothing; told again every second until it speaks or is given up. */
    void hangs(UpstreamConnection link);

    void ready(UpstreamConnection link, NodeDescription node);

    void gone(UpstreamConnection link, boolean wasReady, String reason);

    Counters counters();
  }

  private enum State {
    GREETING,
    READY,
    LOST
  }

  private static final Logger log = LoggerFactory.getLogger(UpstreamConnection.class);

  /** An exchange and when it was admitted. */
  private record Asked(RequestAttempt exchange, long when) {}

  /** So many times as long as a node may make no progress at all, a single answer may take. */
  private static final int OVERDUE = 5;

  /** After such a silence a node is asked for a sign of life, and so long it has for it. */
  static final Duration SIGN_OF_LIFE = Duration.ofSeconds(5);

  /** Between two looks at what the node does. */
  private static final Duration LOOK = Duration.ofSeconds(1);

  /**
   * What is asked and handed in is bounded by the window. What the node itself asks for, pongs for
   * example, is bounded by this: more bytes unsent, and the node does not read.
   */
  static final long MOST_UNSENT = 32_000_000;

  /** More than are in flight, so that the ended ones are looked for once in a while only. */
  private static final int MOST_ASKED = 1_024;

  private final Host host;
  private final Owner owner;
  private final String target;
  private final Transport transport;
  private final EventLoop loop;
  private final InboundGate inflow;
  private final NodeConversation conversation;
  private final LongAdder numbered;
  private final Consumer<Message> writer = this::write; // made once, for each flush needs it
  private final ArrayDeque<Asked> asked = new ArrayDeque<>(); // oldest first, some ended
  private State state = State.GREETING;
  private boolean passedOver;
  private boolean unreadable;
  private boolean hungUp;
  private @Nullable ResponseRouter router;
  private @Nullable Numbering numbering;
  private EventLoop.@Nullable Timer watch;
  private final Duration greeting;
  private final long opened;
  private long heard;
  private long progressed;
  private boolean owing; // it was asked for something and has said nothing since
  private long owingSince;

  /**
   * @param greeting how long the handshake may take
   */
  UpstreamConnection(
      Host host, Owner owner, String target, Transport transport, Duration greeting) {
    this.host = host;
    this.owner = owner;
    this.target = target;
    this.transport = transport;
    this.greeting = greeting;
    this.loop = host.loop();
    this.inflow = new InboundGate(transport, loop, this::hear);
    this.opened = loop.nanoTime();
    this.heard = opened;
    this.numbered = host.counters().counter(Counter.UPSTREAM_NUMBERED);
    this.conversation = host.greet(this);
  }

  void open() {
    assert Confined.to(loop);
    watch();
    transport.start(this);
    conversation.onOpen();
  }

  boolean isReady() {
    return state == State.READY;
  }

  ResponseRouter router() {
    if (router == null) {
      throw new IllegalStateException("the handshake is not done");
    }
    return router;
  }

  void flush() {
    assert Confined.to(loop);
    router().flush(writer);
    oweAnswers();
  }

  private void oweAnswers() {
    if (state == State.READY && router().inFlight() > 0) {
      owe();
    }
  }

  private void owe() {
    if (!owing) {
      owing = true;
      owingSince = loop.nanoTime();
    }
  }

  private void write(Message message) {
    if (numbering != null && numbering.kind(message) == Numbering.Kind.REQUEST) {
      numbered.increment();
    }
    transport.send(message);
  }

  /** An exchange was admitted: it is not to be in flight for ever. */
  void asked(RequestAttempt exchange) {
    assert Confined.to(loop);
    if (numbering == null) {
      return; // markers see to it
    }
    if (asked.size() > MOST_ASKED) {
      asked.removeIf(each -> each.exchange.ended());
    }
    asked.add(new Asked(exchange, loop.nanoTime()));
  }

  private void forgetEnded() {
    for (Asked oldest = asked.peek();
        oldest != null && oldest.exchange.ended();
        oldest = asked.peek()) {
      asked.remove();
    }
  }

  @Override
  public String target() {
    return target;
  }

  @Override
  public void send(Message message) {
    assert Confined.to(loop);
    if (state == State.LOST) {
      return;
    }
    long unsent = transport.pendingBytes();
    if (unsent > MOST_UNSENT) {
      lose("it asks and does not read: " + unsent + " bytes are waiting for it");
    } else {
      transport.send(message);
    }
  }

  @Override
  public void ready(NodeDescription node) {
    becomeReady(node, null);
  }

  @Override
  public void ready(NodeDescription node, Numbering agreed) {
    becomeReady(node, agreed);
  }

  private void becomeReady(NodeDescription node, @Nullable Numbering agreed) {
    assert Confined.to(loop);
    if (state == State.GREETING) {
      state = State.READY;
      progressed = loop.nanoTime();
      numbering = agreed;
      router = host.newRouter(agreed);
      host.ready(this, node);
      owner.linkReady(this);
    }
  }

  @Override
  public void distrust(String reason) {
    assert Confined.to(loop);
    if (host.hasOtherNode()) {
      fail(reason);
    } else {
      log.error("upstream {} is not to be trusted, and there is no other: {}", target, reason);
    }
  }

  @Override
  public void fail(String reason) {
    passedOver = true;
    lose(reason);
  }

  /** Whether it was given up for what the node did, and another is to be tried before it. */
  boolean isPassedOver() {
    return passedOver;
  }

  /** Whether the other side ended it. */
  boolean hungUp() {
    return hungUp;
  }

  /** Whether the node was asked for something and says nothing. */
  boolean hangs() {
    return state == State.READY && owing && loop.nanoTime() - owingSince >= SIGN_OF_LIFE.toNanos();
  }

  @Override
  public void onMessage(Message message) {
    inflow.accept(message);
  }

  private void hear(Message message) {
    assert Confined.to(loop);
    if (state == State.LOST) {
      return;
    }
    heard = loop.nanoTime();
    owing = false;
    if (!conversation.onMessage(message) && state == State.READY) {
      route(message);
    }
    oweAnswers();
  }

  private void route(Message message) {
    switch (router().route(message)) {
      case CLAIMED, MARKER -> {
        progressed = heard;
        owner.linkProgress();
      }
      case UNSOLICITED -> host.counters().count(Counter.UPSTREAM_UNSOLICITED);
      case VIOLATION -> lose("it answers out of order: " + message);
    }
  }

  @Override
  public void onRejected(String reason) {
    host.counters().count(Counter.UPSTREAM_REJECTED);
    Confined.run(
        loop,
        () -> {
          if (numbering != null) {
            lose("a frame that cannot be used stands among numbered ones: " + reason);
          }
        });
  }

  @Override
  public void onUnreadable(String reason) {
    Confined.run(loop, () -> unreadable = true);
  }

  /** Whether the node sent what is no message at all. */
  boolean isUnreadable() {
    return unreadable;
  }

  @Override
  public void onWritable() {
    // What is written upstream is bounded by the window, not by the transport.
  }

  @Override
  public void onClosed(String cause) {
    Confined.run(
        loop,
        () -> {
          hungUp = state != State.LOST;
          lose(cause);
        });
  }

  void lose(String reason) {
    assert Confined.to(loop);
    if (state == State.LOST) {
      return;
    }
    boolean wasReady = state == State.READY;
    state = State.LOST;
    if (watch != null) {
      watch.cancel();
    }
    transport.close();
    conversation.onClosed();
    if (wasReady) {
      owner.linkLost(this);
    }
    host.gone(this, wasReady, reason);
  }

  /**
   * Whether one exchange waits and waits while others are answered. With markers that cannot be; by
   * number a node may answer in any order, and so could leave one out for ever.
   */
  private boolean isOverdue(long now, Duration patience) {
    forgetEnded();
    Asked oldest = asked.peek();
    return oldest != null && now - oldest.when > OVERDUE * patience.toNanos();
  }

  private void watch() {
    watch = loop.schedule(LOOK, this::look);
  }

  private void look() {
    assert Confined.to(loop);
    if (state == State.LOST) {
      return;
    }
    long now = loop.nanoTime();
    String complaint = state == State.GREETING ? lookAtHandshake(now) : lookAtAnswers(now);
    if (complaint != null) {
      lose(complaint);
      return;
    }
    if (state == State.READY && !owing && now - heard >= SIGN_OF_LIFE.toNanos()) {
      conversation.onIdle();
      owe();
    }
    watch();
    if (hangs()) {
      host.hangs(this);
    }
  }

  private @Nullable String lookAtHandshake(long now) {
    if (now - opened < greeting.toNanos()) {
      return null;
    }
    passedOver = true;
    return "its handshake is not done after " + greeting.toSeconds() + " s";
  }

  private @Nullable String lookAtAnswers(long now) {
    Duration patience = host.settings().answerTimeout();
    if (router().inFlight() == 0) {
      progressed = now;
    }
    if (now - progressed > patience.toNanos()) {
      return "it does not even answer pings since " + patience.toSeconds() + " s";
    }
    if (owing && now - owingSince > patience.toNanos()) {
      return "it gives no sign of life since " + patience.toSeconds() + " s";
    }
    return isOverdue(now, patience)
        ? "it answers others and never ends the answer to " + asked.element().exchange
        : null;
  }
}
