package org.bitcoinmultiplexer.core;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Numbering;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens connections to nodes beside the shared one. Nothing that is said there is news, and to lose
 * one costs only what was asked over it.
 *
 * <p>Confined to the engine's loop.
 */
final class SideConnections {

  /** Hears what becomes of one. */
  interface Listener {

    void ready(UpstreamConnection link);

    /** Something ended, so there may be room for more. */
    default void progress() {}

    /**
     * There is none, or none any more.
     *
     * @param link what was lost; null if it never was open
     * @param wasReady whether it was usable
     */
    void gone(@Nullable UpstreamConnection link, boolean wasReady, String reason);
  }

  private static final Logger log = LoggerFactory.getLogger(SideConnections.class);

  private final EventLoop loop;
  private final Protocol protocol;
  private final Settings settings;
  private final Counters counters;
  private final Function<@Nullable Numbering, ResponseRouter> routers;
  private final Set<UpstreamConnection> open = new LinkedHashSet<>();
  private boolean closed;

  /**
   * @param routers makes the router of a connection
   */
  SideConnections(
      EventLoop loop,
      Protocol protocol,
      Settings settings,
      Counters counters,
      Function<@Nullable Numbering, ResponseRouter> routers) {
    this.loop = loop;
    this.protocol = protocol;
    this.settings = settings;
    this.counters = counters;
    this.routers = routers;
  }

  /** Dials a node; the listener hears of it later. */
  void open(Connector node, Listener listener) {
    assert Confined.to(loop);
    counters.count(Counter.UPSTREAM_BESIDE);
    node.connect()
        .whenComplete(
            (transport, failure) ->
                Confined.run(
                    loop,
                    () -> {
                      if (closed) {
                        if (transport != null) {
                          transport.close();
                        }
                      } else if (failure != null) {
                        listener.gone(null, false, Dialler.inWords(failure));
                      } else {
                        connected(node, transport, listener);
                      }
                    }));
  }

  private void connected(Connector node, Transport transport, Listener listener) {
    assert Confined.to(loop);
    Side side = new Side(listener);
    UpstreamConnection link =
        new UpstreamConnection(side, side, node.target(), transport, Dialler.HASTY);
    open.add(link);
    link.open();
  }

  void close() {
    assert Confined.to(loop);
    closed = true;
    List.copyOf(open).forEach(link -> link.lose("the multiplexer is closed"));
  }

  /** What a link beside the shared one needs of the engine, which is less. */
  private final class Side implements UpstreamConnection.Host, UpstreamConnection.Owner {

    private final Listener listener;

    Side(Listener listener) {
      this.listener = listener;
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public ResponseRouter newRouter(@Nullable Numbering numbering) {
      return routers.apply(numbering);
    }

    @Override
    public NodeConversation greet(NodeContext link) {
      return protocol.greetBeside(link);
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
      return true;
    }

    @Override
    public void hangs(UpstreamConnection link) {
      // Whoever waits for it alone waits as long as upstream may make no progress.
    }

    @Override
    public void ready(UpstreamConnection link, NodeDescription node) {
      log.debug("beside the shared connection there is one to {}", node.description());
    }

    @Override
    public void gone(UpstreamConnection link, boolean wasReady, String reason) {
      log.debug("the connection to {} beside the shared one ends: {}", link.target(), reason);
      open.remove(link);
      if (!closed) {
        listener.gone(link, wasReady, reason);
      }
    }

    @Override
    public void linkReady(UpstreamConnection link) {
      listener.ready(link);
    }

    @Override
    public void linkProgress() {
      listener.progress();
    }

    @Override
    public void linkLost(UpstreamConnection link) {
      // What was asked over it is its listener's to know.
    }
  }
}
