package org.bitcoinmultiplexer.core;

import java.util.List;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client with an upstream connection of its own: what {@code passthrough} does.
 *
 * <pre>
 *   CLIENT_ONLY ──dial──► DIALLING ──► JOINED ──► CLOSED
 *        └───────────────────┴─────────────────────►
 * </pre>
 *
 * <p>Frames go both ways in order; when one side does not read, the other is not read from.
 * Confined to its loop.
 */
final class PassthroughSession implements PassthroughContext {

  /** What a relay needs of the engine. */
  interface Host {

    EngineContext engine();

    Settings settings();

    List<Connector> connectors();

    PassthroughConversation relay(PassthroughContext relay);

    void ready(PassthroughSession relay, String remote, String description);

    /** The client says no more, but may still read. */
    void ending(PassthroughSession relay);

    void gone(PassthroughSession relay, String remote, String reason);
  }

  private enum State {
    CLIENT_ONLY,
    DIALLING,
    JOINED,
    CLOSED
  }

  private static final Logger log = LoggerFactory.getLogger(PassthroughSession.class);

  private final Host home;
  private final EventLoop loop;
  private final Traffic traffic;
  private final Side client;
  private final PassthroughConversation conversation;
  private @Nullable Side node;
  private EventLoop.@Nullable Timer handshake;
  private State state = State.CLIENT_ONLY;
  private boolean ready;
  private boolean clientHeld;
  private boolean clientServed;
  private @Nullable Drain drain;
  private int rejected;

  PassthroughSession(Host home, Transport client, EventLoop loop, Traffic traffic) {
    this.home = home;
    this.loop = loop;
    this.traffic = traffic;
    this.client = new Side(client, true);
    this.conversation = home.relay(this);
  }

  void open() {
    assert Confined.to(loop);
    handshake =
        loop.schedule(
            home.settings().handshakeTimeout(),
            () ->
                disconnect(
                    Counter.CLOSED_HANDSHAKE_TIMEOUT,
                    "the handshakes are not done after "
                        + home.settings().handshakeTimeout().toSeconds()
                        + " s"));
    client.transport.start(client);
  }

  @Override
  public EventLoop loop() {
    return loop;
  }

  @Override
  public EngineContext engine() {
    return home.engine();
  }

  @Override
  public void dial() {
    assert Confined.to(loop);
    if (state == State.CLIENT_ONLY) {
      state = State.DIALLING;
      clientHeld = true;
      client.inflow.reading(false);
      dial(0);
    }
  }

  @Override
  public void readClient() {
    assert Confined.to(loop);
    clientHeld = false;
    client.inflow.reading(true);
  }

  @Override
  public void clientIsServed() {
    assert Confined.to(loop);
    clientServed = true;
  }

  private void dial(int index) {
    assert Confined.to(loop);
    if (state != State.DIALLING) {
      return;
    }
    if (index == home.connectors().size()) {
      disconnect(Counter.CLOSED_NO_UPSTREAM, "no upstream can be reached");
      return;
    }
    home.connectors()
        .get(index)
        .connect()
        .whenComplete(
            (transport, failure) ->
                Confined.run(
                    loop,
                    () -> {
                      if (failure != null) {
                        dial(index + 1);
                      } else if (state == State.CLOSED) {
                        transport.close();
                      } else {
                        joined(transport);
                      }
                    }));
  }

  private void joined(Transport transport) {
    assert Confined.to(loop);
    state = State.JOINED;
    node = new Side(transport, false);
    transport.start(node);
    guarded(conversation::onNodeOpen);
  }

  @Override
  public void toClient(Message message) {
    assert Confined.to(loop);
    if (state != State.CLOSED) {
      send(message, client, node);
    }
  }

  @Override
  public void toNode(Message message) {
    assert Confined.to(loop);
    if (state == State.JOINED && node != null) {
      send(message, node, client);
    }
  }

  /** Sends, and if that side does not read, does not read from the other. */
  private void send(Message message, Side to, @Nullable Side from) {
    to.transport.send(message);
    if (to == client) {
      traffic.sent(message.size());
    }
    if (from != null && to.transport.pendingBytes() > home.settings().clientBuffer()) {
      from.inflow.reading(false);
    }
  }

  private String remote() {
    return client.transport.remote();
  }

  @Override
  public void ready(String clientInWords, String nodeInWords) {
    assert Confined.to(loop);
    if (!ready && state != State.CLOSED) {
      ready = true;
      if (handshake != null) {
        handshake.cancel();
      }
      home.ready(this, remote(), clientInWords);
    }
  }

  boolean isReady() {
    return ready;
  }

  @Override
  public void disconnect(Counter rule, String reason) {
    assert Confined.to(loop);
    if (state != State.CLOSED) {
      home.engine().counters().count(rule);
      end(reason);
    }
  }

  /** Ends both for somebody else, who needs the place now. Any thread. */
  void evict(String reason) {
    client.transport.abort();
    if (!Confined.offer(loop, () -> disconnect(Counter.CLOSED_EVICTED, reason))) {
      home.gone(this, remote(), reason); // as below
    }
  }

  /** Ends both connections from outside. Any thread. */
  void close(String reason) {
    if (!Confined.offer(loop, () -> end(reason))) {
      client.transport.close();
      home.gone(this, remote(), reason); // its loop has been closed, which nobody told it
    }
  }

  private void end(String reason) {
    assert Confined.to(loop);
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    if (handshake != null) {
      handshake.cancel();
    }
    if (drain != null) {
      drain.cancel();
    }
    client.transport.close();
    if (node != null) {
      node.transport.close();
    }
    home.gone(this, remote(), reason);
  }

  private void clientFinished(String cause) {
    assert Confined.to(loop);
    if (state != State.CLOSED) {
      guarded(conversation::onClientFinished);
      home.ending(this);
      drain = Drain.begin(loop, this::isDrained, () -> end("closed: " + cause));
    }
  }

  private boolean isDrained() {
    return clientServed && client.transport.pendingBytes() == 0;
  }

  private void clientRejected(String reason) {
    assert Confined.to(loop);
    if (++rejected > Session.MOST_REJECTED) {
      disconnect(Counter.CLOSED_REJECTED, rejected + " frames were rejected, lastly " + reason);
    }
  }

  private void guarded(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      log.error("the relay of {} failed", remote(), e);
      disconnect(Counter.CLOSED_INTERNAL_ERROR, "internal error: " + e);
    }
  }

  /** One of the two connections. */
  private final class Side implements Transport.Listener {

    private final Transport transport;
    private final boolean ofClient;
    private final InboundGate inflow;

    Side(Transport transport, boolean ofClient) {
      this.transport = transport;
      this.ofClient = ofClient;
      this.inflow = new InboundGate(transport, loop, this::hear);
    }

    @Override
    public void onMessage(Message message) {
      inflow.accept(message);
    }

    private void hear(Message message) {
      if (state != State.CLOSED) {
        if (ofClient) {
          traffic.asked();
          traffic.received(message.size());
        }
        guarded(
            () -> {
              if (ofClient) {
                conversation.fromClient(message);
              } else {
                conversation.fromNode(message);
              }
            });
      }
    }

    @Override
    public void onRejected(String reason) {
      home.engine()
          .counters()
          .count(ofClient ? Counter.CLIENT_REJECTED : Counter.UPSTREAM_REJECTED);
      if (ofClient) {
        Confined.run(loop, () -> clientRejected(reason));
      }
    }

    @Override
    public void onUnreadable(String reason) {
      if (ofClient) {
        home.engine().counters().count(Counter.CLOSED_UNREADABLE);
      }
    }

    @Override
    public void onWritable() {
      Confined.run(
          loop,
          () -> {
            Side other = ofClient ? node : client;
            if (state != State.CLOSED && other != null && !(other == client && clientHeld)) {
              other.inflow.reading(true);
            }
          });
    }

    @Override
    public boolean onInputShutdown(String cause) {
      if (ofClient) {
        Confined.run(loop, () -> clientFinished(cause));
      }
      return ofClient;
    }

    @Override
    public void onClosed(String cause) {
      PassthroughSession.this.close((ofClient ? "closed: " : "its upstream closed: ") + cause);
    }
  }
}
