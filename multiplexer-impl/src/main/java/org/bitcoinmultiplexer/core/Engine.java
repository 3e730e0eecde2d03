package org.bitcoinmultiplexer.core;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.ClientConnection;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Multiplexer;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Numbering;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Stats;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.bitcoinmultiplexer.metrics.Counter;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The multiplexer itself: brings clients, the upstream and the protocol together.
 *
 * <p>Where the strategy shares no connection, every client gets one of its own.
 *
 * <p>Threading: see {@link Multiplexer}. What is not marked otherwise is confined to the engine's
 * loop.
 */
public final class Engine implements Multiplexer {

  private static final Logger log = LoggerFactory.getLogger(Engine.class);
  private static final String IS_CLOSED = "the multiplexer is closed";

  private final EventLoop loop;
  private final Protocol protocol;
  private final Strategy strategy;
  private final List<Connector> connectors;
  private final Settings settings;
  private final Events events;
  private final Counters counters = new Counters();
  private final HostBudgets budgets;
  private final EngineContext engine;
  private final ClientHost clientHome = new ClientHost();
  private final RequestDispatcher dispatcher;
  private final RequestIntake requests;
  private final SideConnections beside;
  private final SharedUpstream upstream;
  private final Map<EventLoop, SliceQueue> slices = new ConcurrentHashMap<>();
  private final ClientSlots slots;
  private final Map<Session, AcceptedClient> sessions = new ConcurrentHashMap<>();
  private final Set<Session> readySessions = ConcurrentHashMap.newKeySet();
  private final Map<PassthroughSession, AcceptedClient> relays = new ConcurrentHashMap<>();

  private final LogThrottle tooMany = new LogThrottle();
  private final AtomicBoolean started = new AtomicBoolean();

  private volatile boolean closed;

  /**
   * An engine that does nothing until it is started.
   *
   * @param loop where the upstream lives; not owned
   * @param protocol its {@link Protocol#open} is called here
   * @param strategy how responses find their exchange
   * @param connectors the nodes, in the order of preference
   * @param settings limits and patience
   * @param checker runs the checks of large answers; not owned
   * @param random for back-off
   * @param listener hears what happens
   * @param listenerExecutor what it is called on; must keep the order
   * @param answers where stages look for what need not be asked upstream; not owned
   */
  public Engine(
      EventLoop loop,
      Protocol protocol,
      Strategy strategy,
      List<Connector> connectors,
      Settings settings,
      Executor checker,
      RandomGenerator random,
      MultiplexerListener listener,
      Executor listenerExecutor,
      AnswerLookup answers) {
    this.loop = loop;
    this.protocol = protocol;
    this.strategy = strategy;
    this.connectors = List.copyOf(connectors);
    this.settings = settings;
    this.events = new Events(listener, listenerExecutor, loop::nanoTime, counters);
    this.budgets = new HostBudgets(loop::nanoTime, HostBudgets.defaultBytes(), counters::counter);
    this.slots = new ClientSlots(settings.maxClients(), settings.maxClientsPerHost(), budgets);
    this.beside = new SideConnections(loop, protocol, settings, counters, this::newRouter);
    this.dispatcher =
        new RequestDispatcher(
            loop, protocol, settings, checker, counters, this.connectors, beside, random);
    this.requests = newIntake(answers);
    this.upstream = newUpstream(random);
    this.engine =
        new DefaultEngineContext(
            loop,
            dispatcher,
            requests,
            readySessions,
            events,
            counters,
            budgets.open("the multiplexer"));
    protocol.open(engine);
  }

  private RequestIntake newIntake(AnswerLookup answers) {
    EngineStages stages = new EngineStages(loop, protocol, answers, counters);
    return new RequestIntake(
        loop, protocol, strategy.stages(stages, dispatcher), answers != AnswerLookup.NONE);
  }

  private SharedUpstream newUpstream(RandomGenerator random) {
    return new SharedUpstream(
        loop,
        protocol,
        strategy,
        settings,
        connectors,
        random,
        counters,
        events,
        this::newRouter,
        beside,
        dispatcher);
  }

  // ---- the multiplexer

  @Override
  public void start() {
    if (closed) {
      throw new IllegalStateException(IS_CLOSED);
    }
    if (!started.compareAndSet(false, true)) {
      throw new IllegalStateException("the multiplexer has been started already");
    }
    upstream.start();
  }

  @Override
  public CompletableFuture<NodeDescription> ready() {
    return upstream.firstReady();
  }

  @Override
  public ClientConnection accept(Transport client) {
    return accept(client, loop);
  }

  @Override
  public ClientConnection accept(Transport client, String name) {
    return accept(new NamedTransport(client, name), loop);
  }

  @Override
  public ClientConnection accept(Transport client, EventLoop sessionLoop) {
    AcceptedClient accepted = new AcceptedClient(client.remote());
    if (!offer(client, sessionLoop, accepted)) {
      throw new IllegalStateException(closed ? IS_CLOSED : "the client's event loop is closed");
    }
    return accepted;
  }

  /**
   * As {@link #accept(Transport, EventLoop)}, for callers who cannot know whether it is too late.
   *
   * @param client is closed if it is
   * @param sessionLoop where its session runs
   * @return whether it was in time
   */
  public boolean offer(Transport client, EventLoop sessionLoop) {
    return offer(client, sessionLoop, new AcceptedClient(client.remote()));
  }

  private boolean offer(Transport client, EventLoop sessionLoop, AcceptedClient accepted) {
    if (closed || !Confined.offer(sessionLoop, () -> take(client, sessionLoop, accepted))) {
      counters.count(Counter.CLIENT_REFUSED);
      client.close();
      return false;
    }
    return true;
  }

  private void take(Transport client, EventLoop sessionLoop, AcceptedClient accepted) {
    boolean taken = false;
    try {
      taken = admit(client, sessionLoop, accepted);
    } finally {
      if (!taken) {
        client.close();
      }
    }
  }

  private boolean admit(Transport client, EventLoop sessionLoop, AcceptedClient accepted) {
    ClientSlots.Slot slot = closed ? null : slots.enter(client.remote());
    if (slot == null) {
      counters.count(Counter.CLIENT_REFUSED);
      String reason = closed ? IS_CLOSED : slots.size() + " clients are connected already";
      refused(client.remote(), reason);
      accepted.gone(reason);
      return false;
    }
    boolean taken = false;
    try {
      open(client, sessionLoop, slot, accepted);
      taken = true;
    } finally {
      if (!taken) {
        slot.leave();
      }
    }
    return true;
  }

  private void open(
      Transport client, EventLoop sessionLoop, ClientSlots.Slot slot, AcceptedClient accepted) {
    counters.count(Counter.CLIENT_ACCEPTED);
    if (!strategy.sharesConnection()) {
      PassthroughSession relay =
          new PassthroughSession(clientHome, client, sessionLoop, accepted.traffic());
      relays.put(relay, accepted);
      slot.occupy(relay::evict);
      accepted.occupies(slot, relay::close);
      relay.open();
    } else {
      Session session = new Session(clientHome, client, sessionLoop, accepted.traffic());
      sessions.put(session, accepted);
      slot.occupy(session::evict);
      accepted.occupies(slot, session::close);
      session.open();
    }
    if (closed) {
      closeClients();
    }
  }

  /**
   * What the host of a peer may still take.
   *
   * @param remote the peer as its transport says it
   * @return to be closed when the peer goes
   */
  public HostBudget budget(String remote) {
    return budgets.open(remote);
  }

  private void refused(String remote, String reason) {
    events.tell(l -> l.onClientRefused(remote, reason));
    long times = tooMany.count(loop.nanoTime());
    if (times > 0) {
      log.warn("{} refused: {}; last {}", times, reason, remote);
    }
  }

  @Override
  public Stats stats() {
    int readyRelays = 0;
    for (PassthroughSession relay : relays.keySet()) {
      if (relay.isReady()) {
        readyRelays++;
      }
    }
    return new Stats(
        sessions.size() + relays.size(),
        readySessions.size() + readyRelays,
        upstream.isReady(),
        counters.snapshot());
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    upstream.closing(IS_CLOSED);
    closeClients();
    Confined.run(
        loop,
        () -> {
          upstream.stop();
          beside.close();
          dispatcher.close();
          upstream.lose(IS_CLOSED);
        });
  }

  /**
   * Closes everything because of an error that no program survives, and says so. Any thread.
   *
   * @param cause what happened
   */
  public void fail(Error cause) {
    if (!closed) {
      events.tellLast(l -> l.onFailed(cause));
      close();
    }
  }

  private void closeClients() {
    sessions.keySet().forEach(session -> session.close(IS_CLOSED));
    relays.keySet().forEach(relay -> relay.close(IS_CLOSED));
  }

  // ---- upstream

  private ResponseRouter newRouter(@Nullable Numbering numbering) {
    assert Confined.to(loop);
    Dialect dialect = protocol.dialect();
    return strategy.newRouter(
        numbering == null ? dialect : new NumberedDialect(dialect, numbering), settings.window());
  }

  private static void ready(@Nullable AcceptedClient client) {
    if (client != null) {
      client.ready();
    }
  }

  private static void ending(@Nullable AcceptedClient client) {
    if (client != null) {
      client.ending();
    }
  }

  private void gone(@Nullable AcceptedClient client, String reason) {
    if (client != null) {
      client.gone(reason);
      events.tell(l -> l.onClientClosed(client.remote(), reason));
    }
  }

  // ---- what clients and the protocol see

  private final class ClientHost implements SessionHost, PassthroughSession.Host {

    @Override
    public EngineContext engine() {
      return engine;
    }

    @Override
    public Settings settings() {
      return settings;
    }

    @Override
    public SliceQueue slices(EventLoop sessionLoop) {
      return slices.computeIfAbsent(sessionLoop, SliceQueue::new);
    }

    @Override
    public HostBudgets budgets() {
      return budgets;
    }

    @Override
    public ClientConversation welcome(ClientContext client) {
      return protocol.welcome(client);
    }

    @Override
    public RequestIntake requests() {
      return requests;
    }

    @Override
    public void leave(RequestQueue.Source source) {
      Confined.run(loop, () -> dispatcher.left(source));
    }

    @Override
    public void ready(Session session, String description) {
      readySessions.add(session);
      Engine.ready(sessions.get(session));
      counters.count(Counter.CLIENT_READY);
      events.tell(l -> l.onClientReady(session.remote(), description));
    }

    @Override
    public void ending(Session session, RequestQueue.Source source) {
      Engine.ending(sessions.get(session));
      Confined.run(loop, source::ending);
    }

    @Override
    public void gone(Session session, String reason) {
      readySessions.remove(session);
      Engine.this.gone(sessions.remove(session), reason);
    }

    @Override
    public List<Connector> connectors() {
      return connectors;
    }

    @Override
    public PassthroughConversation relay(PassthroughContext relay) {
      return protocol.relay(relay);
    }

    @Override
    public void ready(PassthroughSession relay, String remote, String description) {
      Engine.ready(relays.get(relay));
      counters.count(Counter.CLIENT_READY);
      events.tell(l -> l.onClientReady(remote, description));
    }

    @Override
    public void ending(PassthroughSession relay) {
      Engine.ending(relays.get(relay));
    }

    @Override
    public void gone(PassthroughSession relay, String remote, String reason) {
      Engine.this.gone(relays.remove(relay), reason);
    }
  }
}
