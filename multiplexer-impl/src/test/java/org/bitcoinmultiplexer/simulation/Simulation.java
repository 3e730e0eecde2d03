package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Stats;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinOptions;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinProtocol;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.Engine;
import org.bitcoinmultiplexer.core.Settings;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * One run: an engine, a node and a crowd of clients in virtual time, until so many exchanges have
 * been asked upstream; then the truth, silence, and the accounts.
 *
 * <p>All of it follows from the seed.
 */
final class Simulation implements Client.Host {

  /**
   * What came of a run.
   *
   * @param exchanges that the node answered or did not, the engine's own included
   * @param items that clients asked for
   * @param clients that connected
   * @param trace of everything that clients received, and when
   */
  record Result(
      long exchanges,
      long items,
      int clients,
      int connections,
      int lies,
      Duration lasted,
      long trace,
      Map<String, Long> counters) {}

  /** A chain that is learnt from its beginning, or one that takes several batches of headers. */
  private static final int SHORT = 620;

  private static final int LONG = 4_600;
  private static final int YOUNG = 120;

  private static final String SLOW = "client.closed.slow-reader";
  private static final String UNANSWERED = "client.closed.unanswered";
  private static final List<RelayOptions> OPTIONS =
      List.of(
          RelayOptions.DEFAULT,
          RelayOptions.DEFAULT,
          new RelayOptions(false, true, 16L << 20),
          new RelayOptions(true, true, 16L << 20),
          new RelayOptions(false, false, 16L << 20, true),
          new RelayOptions(false, false, 16L << 20, true),
          new RelayOptions(false, true, 16L << 20, true),
          new RelayOptions(true, true, 16L << 20, true));

  /** After so long nothing is asked any more on behalf of those who are gone. */
  private static final Duration FORGOTTEN = Duration.ofMinutes(11);

  /** There and back over the slowest way, and less than until the watch looks again. */
  private static final Duration ROUND_TRIP = Duration.ofSeconds(1);

  /**
   * The watch over the node, and the look for more of a chain that is so old that a node would not
   * announce what it gets.
   */
  private static final int IDLE_TIMERS = 2;

  /** The engine has an answer to what it asks itself after so long. */
  private static final Duration QUIET = Duration.ofMinutes(5);

  private static final Duration TOO_LONG = Duration.ofHours(24);

  private final SimulatedLoop time = new SimulatedLoop();
  private final Draw draw;
  private final long target;
  private final SimulationParameters parameters;
  private final Settings settings;
  private final RelayOptions news;
  private final int firstBlocks;
  private final int floor;
  private final GroundTruth truth = new GroundTruth();
  private final FaultLog faults;
  private final DeliveryOracle oracle;
  private final Node node;
  private final Engine engine;
  private final List<VirtualLoop> loops = new ArrayList<>();
  private final Set<Client> clients = new LinkedHashSet<>();
  private final Map<String, Long> thrownOut = new TreeMap<>();
  private boolean ending;
  private int joined;
  private long trace;

  /**
   * A run that has not begun.
   *
   * @param answers what need not be asked
   * @param headers whether the engine keeps the header chain
   * @param oneAtATime whether the strategy has but one exchange in flight
   * @param numbers whether the node knows numbered requests
   * @param target so many exchanges
   */
  Simulation(
      Strategy strategy,
      AnswerLookup answers,
      boolean headers,
      boolean oneAtATime,
      boolean numbers,
      long seed,
      long target) {
    this.draw = new Draw(seed);
    this.target = target;
    this.parameters = SimulationParameters.of(oneAtATime, numbers, draw);
    this.settings = settings();
    this.news = draw.of(OPTIONS);
    this.firstBlocks = draw.chance(0.5) ? SHORT : LONG;
    this.faults = new FaultLog(settings.patience().toNanos());
    boolean readsMempool = seed % 2 == 0 && !parameters.picky(); // of whom it is not even asked
    this.floor = firstBlocks - (parameters.replaced() > 0 ? YOUNG : Node.DEEPEST) - 1;
    this.oracle =
        new DeliveryOracle(
            truth,
            faults,
            headers,
            readsMempool,
            parameters.replaced() > 0 ? floor : Integer.MAX_VALUE);
    VirtualLoop.Processor processor = new VirtualLoop.Processor();
    double handOver = draw.chance(0.3) ? 0 : 0.5;
    int others = handOver > 0 ? draw.below(3) : 0;
    for (int i = 0; i <= others; i++) {
      loops.add(new VirtualLoop(time, processor, draw.split(), handOver));
    }
    this.node = new Node(time, loops.get(0), draw.split(), truth, faults, parameters, news, floor);
    BitcoinOptions options =
        new BitcoinOptions(
            Network.REGTEST,
            news,
            List.of(),
            draw.split(),
            InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000L)));
    Draw checking = draw.split();
    BitcoinProtocol protocol =
        headers
            ? BitcoinProtocol.withHeaderChain(
                options, null, new VirtualLoop(time, processor, draw.split(), 5)::execute)
            : new BitcoinProtocol(options);
    protocol.readMempool(dialled -> CompletableFuture.completedFuture(readsMempool));
    this.engine =
        new Engine(
            loops.get(0),
            protocol,
            strategy,
            List.of(node),
            settings,
            check -> time.schedule(checking.within(0, FaultLog.CHECKING / 1e6 - 1), check),
            draw.split(),
            new Observer(),
            Runnable::run,
            answers);
  }

  private Settings settings() {
    Settings usual = Settings.DEFAULTS;
    return new Settings(
        usual.maxClients(),
        usual.maxClientsPerHost(),
        draw.of(List.of(100_000L, 400_000L, 4_000_000L)),
        new Strategy.Window(draw.of(List.of(3, 16, 64)), draw.of(List.of(2_000_000L, 16_000_000L))),
        usual.handshakeTimeout(),
        usual.idleInterval(),
        usual.idleTimeout(),
        usual.answerTimeout(),
        usual.patience());
  }

  /** Knows exactly when the engine has the node. */
  private final class Observer implements MultiplexerListener {
    private boolean ready;

    @Override
    public void onUpstreamReady(String target, String description) {
      ready = true;
      faults.found(time.nanoTime());
    }

    @Override
    public void onUpstreamLost(String target, String reason) {
      if (ready) {
        ready = false;
        oracle.lost(time.nanoTime());
      }
    }
  }

  Result run() {
    node.begin(firstBlocks - YOUNG, YOUNG);
    node.live();
    engine.start();
    for (int i = 0; i < parameters.clients(); i++) {
      joinIn(draw.about(2_000));
    }
    while (exchanges() < target) {
      time.advance(Duration.ofSeconds(1));
      if (time.nanoTime() > TOO_LONG.toNanos()) {
        throw new AssertionError("hardly anything happens any more: " + engine.stats());
      }
    }
    ending = true;
    long calmSince = time.nanoTime();
    node.calmDown();
    time.advance(Duration.ofMinutes(2));
    List.copyOf(clients).forEach(Client::comeToAnEnd);
    time.advance(Duration.ofMinutes(8));
    finale();
    awaitQuiet();
    audit(calmSince);
    return result();
  }

  /**
   * All clients have their answers, but the engine goes on to ask for what they submitted, and the
   * last block made it ask for all of it at once: over a narrow window that takes its time.
   */
  private void awaitQuiet() {
    for (int second = 0; second < QUIET.toSeconds() && !isQuiet(); second++) {
      time.advance(Duration.ofSeconds(1));
    }
  }

  private boolean isQuiet() {
    Stats stats = engine.stats();
    long open = stats.counter("exchange.asked") - ended(stats);
    return node.line().isIdle() && open >= 0 && open <= known(stats);
  }

  /** One block, one reorganisation, one block of a client: now nobody may miss any of them. */
  private void finale() {
    node.findBlock();
    requireTold();
    node.reorganise();
    requireTold();
    if (news.submitBlocks() && !clients.isEmpty()) {
      BlockFactory.Block block =
          BlockFactory.block(truth.chain.tip(), truth.chain.height() + 1, List.of(), draw);
      truth.made(block);
      clients.iterator().next().submissions().submit(block, Commands.BLOCK);
      requireTold();
      require(truth.chain.tip().equals(block.hash), "the node was not given the last block");
    }
  }

  private void requireTold() {
    time.advance(Duration.ofSeconds(5));
    Hash tip = truth.chain.tip();
    clients.forEach(client -> client.checkBlock(tip));
  }

  /** Those that the node has decided: without it they fail by the thousand at no cost. */
  private long exchanges() {
    Stats stats = engine.stats();
    return stats.counter("exchange.answered") + stats.counter("exchange.absent");
  }

  private void joinIn(Duration later) {
    time.schedule(
        later,
        () -> {
          if (!ending) {
            join();
          }
        });
  }

  private void join() {
    int id = joined++;
    ClientBehaviour.Plan plan =
        new ClientBehaviour.Plan(
            draw.between(1, 40),
            draw.chance(0.4) ? 1 : draw.between(2, 12),
            parameters.thinking(),
            draw.chance(0.08));
    Client client =
        new Client(id, draw.of(Kind.ALL), oracle, this, draw.split(), plan, floor, time);
    double latency = draw.chance(0.8) ? 30 : 250;
    VirtualLoop loop = draw.of(loops);
    Pipe pipe =
        new Pipe(
            time,
            loop,
            draw.split(),
            "client:" + id,
            client,
            0.05,
            1 + draw.nextDouble() * latency);
    clients.add(client);
    client.connected(pipe);
    engine.accept(pipe, loop);
  }

  // ---- what clients tell

  @Override
  public long now() {
    return time.nanoTime();
  }

  @Override
  public RelayOptions news() {
    return news;
  }

  @Override
  public long clientBuffer() {
    return settings.clientBuffer();
  }

  @Override
  public void heard(Client client, int number, Message message) {
    long event = 31L * client.id + number;
    event = mix(event, time.nanoTime());
    event = mix(event, message.command().hashCode());
    event =
        mix(
            event,
            Arrays.hashCode(
                Arrays.copyOfRange(
                    message.array(), message.offset(), message.offset() + message.size())));
    // A sum, because the order of what happens to two clients at one instant does not matter.
    trace += event;
  }

  private static long mix(long seed, long value) {
    long z = (seed ^ value) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 32)) * 0xBF58476D1CE4E5B9L;
    return z ^ (z >>> 29);
  }

  @Override
  public void gone(Client client, boolean wasThrownOut) {
    clients.remove(client);
    if (wasThrownOut) {
      thrownOut.merge("client.closed." + client.rule(), 1L, Long::sum);
    }
    joinIn(draw.about(500));
  }

  // ---- the accounts

  private void audit(long calmSince) {
    Stats stats = engine.stats();
    if (stats.counter("submit.tx.displaced") > 0) {
      oracle.overflown();
    }
    clients.forEach(client -> client.check(calmSince));
    require(stats.upstreamReady(), "upstream is not ready");
    require(stats.clients() == clients.size(), stats.clients() + " clients, not " + clients.size());
    require(stats.clientsReady() == clients.size(), stats.clientsReady() + " clients are ready");
    require(oracle.open() == 0, "somebody still waits");
    require(node.line().isIdle(), "the node is still busy");
    balance(stats);

    List.copyOf(clients).forEach(client -> client.leave(false));
    time.advance(FORGOTTEN);
    require(engine.stats().clients() == 0, "clients that left are still there");
    // A ping of that watch may be on its way at this moment, or its pong.
    // What was accepted, and never mined as far as is known, is offered for two weeks.
    int watches = IDLE_TIMERS + (stats.counter("submit.tx.offered") > 0 ? 1 : 0);
    time.advanceUntil(() -> time.pendingTimers() <= watches, ROUND_TRIP);
    require(time.pendingTimers() <= watches, time.pendingTimers() + " timers, not " + watches);
    node.isDoneWith();
    engine.close();
    time.advance(Duration.ofSeconds(5));
    require(time.pendingTimers() == 0, time.pendingTimers() + " timers outlive the engine");
  }

  private void balance(Stats stats) {
    long asked = stats.counter("exchange.asked");
    long ended = ended(stats);
    require(
        asked >= ended && asked - ended <= known(stats),
        asked + " exchanges, of which " + ended + " have ended");
    Map<String, Long> closed = new TreeMap<>();
    stats
        .counters()
        .forEach(
            (name, count) -> {
              if (name.startsWith("client.closed.") && count > 0) {
                closed.put(name, count);
              }
            });
    // Who is thrown out for what the node or the network does may have left in the same moment, or
    // was about to be thrown out for something else.
    List.of(SLOW, UNANSWERED).forEach(thrownOut::remove);
    closed.remove(SLOW);
    Long unanswered = closed.remove(UNANSWERED);
    long spared = 0;
    for (Map.Entry<String, Long> due : thrownOut.entrySet()) {
      spared += due.getValue() - closed.getOrDefault(due.getKey(), 0L);
    }
    require(
        thrownOut.keySet().containsAll(closed.keySet())
            && spared >= 0
            && spared <= (unanswered == null ? 0 : unanswered),
        "closed are " + closed + ", not " + thrownOut);
  }

  private static long ended(Stats stats) {
    return stats.counter("exchange.answered")
        + stats.counter("exchange.absent")
        + stats.counter("exchange.failed")
        + stats.counter("exchange.deserted");
  }

  /** What came to be known while a question was handed over has ended it, and is not an answer. */
  private static long known(Stats stats) {
    return stats.counter("cache.hit") + stats.counter("cache.found");
  }

  private static void require(boolean right, String words) {
    if (!right) {
      throw new AssertionError(words);
    }
  }

  private Result result() {
    Stats stats = engine.stats();
    return new Result(
        exchanges(),
        oracle.items(),
        joined,
        node.connections(),
        faults.lies(),
        Duration.ofNanos(time.nanoTime()),
        trace,
        new TreeMap<>(stats.counters()));
  }
}
