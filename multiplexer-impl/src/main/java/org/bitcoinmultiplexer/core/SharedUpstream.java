package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Numbering;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.api.UpstreamLoss;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that all clients share, one after another: dialled, watched, and dialled anew when
 * it is lost.
 *
 * <p>Where the strategy shares no connection, it is dialled once, to learn that the node is there,
 * and closed again.
 *
 * <p>Confined to the engine's loop, but for what is marked otherwise.
 */
final class SharedUpstream {

  /** Makes the router of a connection. */
  @FunctionalInterface
  interface Routers {

    ResponseRouter newRouter(@Nullable Numbering numbering);
  }

  private static final Logger log = LoggerFactory.getLogger(Engine.class); // whose voice it is

  private final EventLoop loop;
  private final Protocol protocol;
  private final Strategy strategy;
  private final Settings settings;
  private final Counters counters;
  private final Events events;
  private final Routers routers;
  private final RequestDispatcher dispatcher;
  private final Dialler dialler;
  private final LivenessProbe standby;
  private final boolean hasOtherNode;
  private final CompletableFuture<NodeDescription> firstReady = new CompletableFuture<>();
  private @Nullable UpstreamConnection connection;
  private volatile boolean ready;
  private volatile boolean closed;

  SharedUpstream(
      EventLoop loop,
      Protocol protocol,
      Strategy strategy,
      Settings settings,
      List<Connector> nodes,
      RandomGenerator random,
      Counters counters,
      Events events,
      Routers routers,
      SideConnections beside,
      RequestDispatcher dispatcher) {
    this.loop = loop;
    this.protocol = protocol;
    this.strategy = strategy;
    this.settings = settings;
    this.counters = counters;
    this.events = events;
    this.routers = routers;
    this.dispatcher = dispatcher;
    this.hasOtherNode = nodes.size() > 1;
    this.dialler = new Dialler(loop, nodes, settings.handshakeTimeout(), random, new Dialled());
    this.standby = new LivenessProbe(loop, nodes, beside, SharedUpstream::leave);
  }

  /** Begins to dial. Any thread. */
  void start() {
    Confined.run(
        loop,
        () -> {
          if (!closed) {
            dialler.dial();
          }
        });
  }

  /** Whether there is a connection that is usable. Any thread. */
  boolean isReady() {
    return ready;
  }

  /** The first node that ever was usable. Any thread. */
  CompletableFuture<NodeDescription> firstReady() {
    return firstReady.copy();
  }

  /** From now on nothing is dialled any more. Any thread. */
  void closing(String reason) {
    closed = true;
    firstReady.completeExceptionally(new IllegalStateException(reason));
  }

  /** Stops dialling. */
  void stop() {
    assert Confined.to(loop);
    dialler.close();
  }

  /** Ends the connection there is. */
  void lose(String reason) {
    assert Confined.to(loop);
    if (connection != null) {
      connection.lose(reason);
    }
  }

  /** A node hangs and another does not. */
  private static void leave(UpstreamConnection hanging, String other) {
    hanging.fail(
        "it does not answer a ping within "
            + UpstreamConnection.SIGN_OF_LIFE.toSeconds()
            + " s, and "
            + other
            + " does");
  }

  private final class Dialled implements Dialler.Listener {

    @Override
    public void connected(Connector node, Transport transport, Duration greeting) {
      assert Confined.to(loop);
      connection =
          new UpstreamConnection(new Host(), dispatcher, node.target(), transport, greeting);
      connection.open();
    }

    @Override
    public void unreachable(Connector node, String reason) {
      log.info("upstream {} cannot be reached: {}", node.target(), reason);
      events.tell(l -> l.onUpstreamLost(node.target(), UpstreamLoss.UNREACHABLE, reason));
    }
  }

  private final class Host implements UpstreamConnection.Host {

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public ResponseRouter newRouter(@Nullable Numbering numbering) {
      return routers.newRouter(numbering);
    }

    @Override
    public NodeConversation greet(NodeContext node) {
      return protocol.greet(node);
    }

    @Override
    public Settings settings() {
      return settings;
    }

    @Override
    public Counters counters() {
      return counters;
    }

    @Override
    public boolean hasOtherNode() {
      return hasOtherNode;
    }

    @Override
    public void hangs(UpstreamConnection hanging) {
      standby.suspect(hanging);
    }

    @Override
    public void ready(UpstreamConnection ready, NodeDescription node) {
      assert Confined.to(loop);
      log.info("upstream {} is ready: {}", ready.target(), node.description());
      SharedUpstream.this.ready = true;
      dialler.succeeded();
      counters.count(Counter.UPSTREAM_CONNECTED);
      events.tell(l -> l.onUpstreamReady(node));
      if (!firstReady.isDone()) {
        var unused = firstReady.completeAsync(() -> node); // whose consequences are the embedder's
      }
      if (!strategy.sharesConnection()) {
        loop.execute(() -> ready.lose("it is there; each client gets a connection of its own"));
      }
    }

    @Override
    public void gone(UpstreamConnection gone, boolean wasReady, String reason) {
      assert Confined.to(loop);
      if (connection == gone) {
        connection = null;
      }
      if (closed || (wasReady && !strategy.sharesConnection())) {
        return;
      }
      SharedUpstream.this.ready = false;
      log.info("upstream {} is lost: {}", gone.target(), reason);
      UpstreamLoss loss = gone.isUnreadable() ? UpstreamLoss.UNREADABLE : UpstreamLoss.CLOSED;
      events.tell(l -> l.onUpstreamLost(gone.target(), loss, reason));
      if (wasReady) {
        counters.count(Counter.UPSTREAM_LOST);
        dialler.lost(gone.isPassedOver());
      } else {
        dialler.failed(gone.isPassedOver());
      }
    }
  }
}
