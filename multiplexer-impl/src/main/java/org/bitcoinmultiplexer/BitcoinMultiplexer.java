package org.bitcoinmultiplexer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.bitcoinmultiplexer.api.BroadcastResult;
import org.bitcoinmultiplexer.api.ClientConnection;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Multiplexer;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Stats;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.relay.MempoolPermission;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinProtocol;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.check.UpstreamCheck;
import org.bitcoinmultiplexer.core.Engine;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.Failures;
import org.bitcoinmultiplexer.transport.tcp.TcpListener;
import org.bitcoinmultiplexer.transport.tcp.TcpLoop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A multiplexer for Bitcoin's peer-to-peer protocol.
 *
 * <pre>{@code
 * try (var multiplexer = BitcoinMultiplexer.builder().upstream("127.0.0.1:8333").build()) {
 *   multiplexer.start();
 *   multiplexer.listen(new InetSocketAddress("127.0.0.1", 18333));
 *   ...
 * }
 * }</pre>
 *
 * <p>It owns what it made itself: its thread, its listeners, the transports it was given; not the
 * loops and executors it was given.
 */
public final class BitcoinMultiplexer implements Multiplexer {

  private static final Logger log = LoggerFactory.getLogger(BitcoinMultiplexer.class);

  private final Network network;
  private final AcceptLimits limits;
  private final EventLoop loop;
  private final Engine engine;
  private final boolean sharesConnection;
  private final BitcoinProtocol protocol;
  private final @Nullable Cache cache;
  private final @Nullable TcpLoop ownTcp;
  private final List<TcpLoop> clientLoops = new ArrayList<>(); // empty: the one loop serves clients
  private final Failures failures = new Failures("the multiplexer");
  private final List<ExecutorService> ownExecutors = new ArrayList<>();
  private final List<TcpListener> listeners = new ArrayList<>();
  private boolean closed; // guarded by listeners

  BitcoinMultiplexer(MultiplexerBuilder builder) {
    network = builder.network();
    Parts parts = new Parts(builder);
    sharesConnection = parts.strategy().sharesConnection();
    cache = parts.cache();
    protocol =
        cache == null
            ? new BitcoinProtocol(parts.protocolOptions())
            : BitcoinProtocol.withHeaderChain(
                parts.protocolOptions(), cache.headerFile(network), cache.io());

    keepSubmissions();

    TcpLoop tcp = tcpLoop(builder);
    ownTcp = tcp == builder.loop ? null : tcp;
    if (builder.loop != null) {
      loop = builder.loop;
    } else if (tcp != null) {
      loop = tcp;
    } else {
      throw new IllegalStateException("a loop is either given or made");
    }

    List<Connector> connectors = connectors(builder, tcp);
    protocol.readMempool(
        MempoolPermission.of(
            connectors, node -> UpstreamCheck.permitsMempool(node, network, loop, builder.random)));
    engine = engine(builder, parts, connectors);
    // Above clients.max, since those that have to make room are a moment in going.
    int sockets = builder.maxClients + Math.max(64, builder.maxClients / 8);
    limits =
        new AcceptLimits(sockets, sockets)
            .receiving(remote -> new BudgetedMemory(engine.budget(remote)));
    if (loop instanceof EventLoops.OwnedLoop mayEnd) {
      mayEnd.onFailure(this::failed);
    }
    failures.add(this::failed);
    startClientLoops(builder.clientThreads);
  }

  /** What listens and dials; null if the embedder does both. */
  private static @Nullable TcpLoop tcpLoop(MultiplexerBuilder builder) {
    if (builder.loop instanceof TcpLoop given) {
      return given;
    }
    boolean isNeeded = builder.loop == null || !builder.upstreams.isEmpty();
    return isNeeded ? TcpLoop.start("multiplexer") : null;
  }

  private List<Connector> connectors(MultiplexerBuilder builder, @Nullable TcpLoop tcp) {
    List<Connector> connectors = new ArrayList<>(builder.connectors);
    if (tcp != null) {
      builder.upstreams.forEach(
          node -> connectors.add(tcp.connector(node.host(), node.port(), network)));
    }
    return connectors;
  }

  private Engine engine(MultiplexerBuilder builder, Parts parts, List<Connector> connectors) {
    return new Engine(
        loop,
        protocol,
        parts.strategy(),
        connectors,
        parts.settings(),
        builder.checker != null ? builder.checker : ownExecutor("multiplexer-checks"),
        builder.random,
        builder.listener != null ? builder.listener : new MultiplexerListener() {},
        builder.listenerExecutor != null
            ? builder.listenerExecutor
            : builder.listener == null ? Runnable::run : ownExecutor("multiplexer-events"),
        cache != null ? cache.answers() : AnswerLookup.NONE);
  }

  private void startClientLoops(int threads) {
    for (int i = 1; threads > 1 && i <= threads; i++) {
      TcpLoop clients = TcpLoop.start("multiplexer-clients-" + i);
      clients.onFailure(this::failed);
      clientLoops.add(clients);
    }
  }

  private void keepSubmissions() {
    Path file = cache == null ? null : cache.submissionFile(network);
    if (cache != null && file != null) {
      protocol.keepSubmissions(file, cache.io());
    }
  }

  /**
   * Begins to put a multiplexer together.
   *
   * @return a new builder
   */
  public static MultiplexerBuilder builder() {
    return new MultiplexerBuilder();
  }

  private Executor ownExecutor(String name) {
    ExecutorService executor =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, name);
              thread.setDaemon(true);
              thread.setUncaughtExceptionHandler((died, thrown) -> uncaught(thrown));
              return thread;
            });
    ownExecutors.add(executor);
    return executor;
  }

  private void uncaught(Throwable thrown) {
    if (EventLoops.isFatal(thrown)) {
      failures.tell((VirtualMachineError) thrown); // what ends one thread ends all
    } else {
      log.error("a task of the multiplexer failed", thrown);
    }
  }

  private void failed(Error cause) {
    try {
      engine.fail(cause);
    } finally {
      close();
    }
  }

  /**
   * Begins to dial the nodes, and keeps at it: {@link Multiplexer#start}.
   *
   * @throws IllegalStateException if called twice, or after {@link #close}
   */
  @Override
  public void start() {
    engine.start();
  }

  /**
   * When a node was ready for the first time: {@link Multiplexer#ready}.
   *
   * @return a future of what it said of itself
   */
  @Override
  public CompletableFuture<NodeDescription> ready() {
    return engine.ready();
  }

  /**
   * Which Bitcoin network is spoken on both sides.
   *
   * @return the network
   */
  public Network network() {
    return network;
  }

  /**
   * Listens for clients over TCP, who are served by the multiplexer's own thread, or by as many as
   * {@link MultiplexerBuilder#clientThreads} says.
   *
   * @param address where; port 0 takes any that is free
   * @return what knows the address that is listened on, and stops listening when it is closed;
   *     closed with the multiplexer at the latest
   * @throws IOException saying in words which address could not be had, and why
   * @throws IllegalStateException if the multiplexer is closed, or runs on a loop of the embedder's
   *     that does no TCP: then he listens himself and calls {@link #accept(Transport, EventLoop)}
   */
  public TcpListener listen(InetSocketAddress address) throws IOException {
    if (!(loop instanceof TcpLoop tcp)) {
      throw new IllegalStateException("the loop that was given does no TCP: listen yourself");
    }
    synchronized (listeners) {
      if (closed) {
        throw new IllegalStateException("the multiplexer is closed");
      }
      TcpListener listener = tcp.listen(address, network, limits, clientLoops, engine::offer);
      listeners.removeIf(earlier -> !earlier.isListening());
      listeners.add(listener);
      return listener;
    }
  }

  /**
   * Takes a client over, on the multiplexer's own loop: {@link Multiplexer#accept(Transport)}.
   *
   * @param client a {@link Transport} that has not been started
   * @return what becomes of it
   * @throws IllegalStateException after {@link #close}; the transport is closed then
   */
  @Override
  public ClientConnection accept(Transport client) {
    return engine.accept(client);
  }

  /**
   * Takes a client over, under a name: {@link Multiplexer#accept(Transport, String)}.
   *
   * @param client a {@link Transport} that has not been started
   * @param name for logs and limits
   * @return what becomes of it
   * @throws IllegalStateException after {@link #close}; the transport is closed then
   */
  @Override
  public ClientConnection accept(Transport client, String name) {
    return engine.accept(client, name);
  }

  /**
   * Takes a client over, on a loop of its own: {@link Multiplexer#accept(Transport, EventLoop)}.
   *
   * @param client a {@link Transport} that has not been started
   * @param sessionLoop the {@link EventLoop} where its session runs
   * @return what becomes of it
   * @throws IllegalStateException after {@link #close}, or if the loop is closed; the transport is
   *     closed then
   */
  @Override
  public ClientConnection accept(Transport client, EventLoop sessionLoop) {
    return engine.accept(client, sessionLoop);
  }

  /**
   * Hands a transaction to the node, and tells what becomes of it. Until that is known, the node is
   * given it again on every connection, be it another node; once it is accepted, later nodes get it
   * as they get what clients submitted.
   *
   * <p>A node does not say whether it accepts a transaction. So what is waited for is evidence: the
   * node announces it, gives it away, or has it in a block. A fault that shows in the transaction
   * by itself, or a block with another one that spends the same, is a refusal; that a node wants
   * more fee is not, since it says nothing, and only the time runs out.
   *
   * @param transaction serialised, with its witnesses
   * @param patience how long that is waited for; after that it may still be accepted, as long as
   *     the node of the day has it
   * @return a {@link BroadcastResult}, in none of the multiplexer's threads; fails with an {@link
   *     IllegalStateException} if the multiplexer is closed before
   * @throws IllegalStateException after {@link #close}, or under strategy {@code passthrough},
   *     which has no connection of its own
   */
  public CompletableFuture<BroadcastResult> broadcast(byte[] transaction, Duration patience) {
    if (!sharesConnection) {
      throw new IllegalStateException("strategy passthrough has no connection to broadcast over");
    }
    synchronized (listeners) {
      if (closed) {
        throw new IllegalStateException("the multiplexer is closed");
      }
      return protocol.broadcast(Message.of(Commands.TX, transaction.clone()), patience);
    }
  }

  /**
   * The counters as they are now: {@link Multiplexer#stats}.
   *
   * @return {@link Stats}, a snapshot
   */
  @Override
  public Stats stats() {
    return engine.stats();
  }

  /** Closes the listeners, all clients and the upstream connection: {@link Multiplexer#close}. */
  @Override
  public void close() {
    List<TcpListener> open;
    synchronized (listeners) {
      closed = true;
      open = List.copyOf(listeners);
      listeners.clear();
    }
    open.forEach(TcpListener::close);
    engine.close();
    // Behind what the engine has just queued there, so that the listener hears of it.
    if (!EventLoops.offer(loop, this::shutDownExecutors)) {
      shutDownExecutors();
    }
    protocol.close();
    if (cache != null) {
      cache.close();
    }
    clientLoops.forEach(TcpLoop::close); // before the engine's, to which sessions say that they end
    if (ownTcp != null) {
      EventLoops.offer(ownTcp, ownTcp::close);
    }
  }

  private void shutDownExecutors() {
    ownExecutors.forEach(ExecutorService::shutdown);
  }
}
