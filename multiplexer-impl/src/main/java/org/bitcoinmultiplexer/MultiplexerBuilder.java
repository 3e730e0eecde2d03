package org.bitcoinmultiplexer;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.OptionType;
import org.bitcoinmultiplexer.api.StrategyProvider;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.config.Configuration;
import org.bitcoinmultiplexer.config.Option;
import org.bitcoinmultiplexer.core.Settings;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.jspecify.annotations.Nullable;

/**
 * Puts a multiplexer together and refuses what makes no sense: an unknown option, one that is set
 * twice, a value out of range. The message names the option, the value and where it was said.
 *
 * <p>A {@linkplain #configuration configuration} overrules typed calls, in whichever order they
 * come. Options of a strategy that is not chosen are judged and otherwise rest, so that one word
 * swaps the strategy; what rests is logged.
 *
 * <p>Only the upstream is required. Not safe for use by several threads at once.
 */
public final class MultiplexerBuilder {

  final OptionOrigins said = new OptionOrigins();
  final Map<String, String> strategyOptions = new TreeMap<>();
  final List<HostAndPort> upstreams = new ArrayList<>();
  final List<Connector> connectors = new ArrayList<>();

  private Network network = Network.MAINNET;
  private byte @Nullable [] signetChallenge;
  @Nullable Path dataDirectory;
  @Nullable AnswerStore answerStore;
  String strategyName = Option.STRATEGY.defaultValue();
  int windowItems = Settings.DEFAULTS.window().items();
  long windowBytes = Settings.DEFAULTS.window().bytes();
  int maxClients = Settings.DEFAULTS.maxClients();
  int maxClientsPerAddress = Integer.parseInt(Option.CLIENTS_PER_ADDRESS.defaultValue());
  int clientThreads = Integer.parseInt(Option.CLIENTS_THREADS.defaultValue());
  long clientBuffer = Settings.DEFAULTS.clientBuffer();
  boolean serveBlocks;
  boolean submitBlocks = true;
  boolean bloom = true;
  Duration handshakeTimeout = Settings.DEFAULTS.handshakeTimeout();
  Duration clientTimeout = Settings.DEFAULTS.idleTimeout();
  Duration upstreamTimeout = Settings.DEFAULTS.answerTimeout();

  @Nullable EventLoop loop;
  @Nullable Executor checker;
  @Nullable MultiplexerListener listener;
  @Nullable Executor listenerExecutor;
  RandomGenerator random = new SecureRandom();
  ClassLoader classLoader = MultiplexerBuilder.class.getClassLoader();

  MultiplexerBuilder() {}

  /**
   * Which Bitcoin network is spoken on both sides; mainnet unless set.
   *
   * @param value the network
   * @return this
   */
  public MultiplexerBuilder network(Network value) {
    Objects.requireNonNull(value);
    return say(Option.NETWORK, () -> value, said -> network = said);
  }

  /**
   * Which network is spoken, after all that was said.
   *
   * @return the network
   * @throws IllegalArgumentException if a challenge is set for another network than signet
   */
  public Network network() {
    byte[] challenge = signetChallenge;
    if (challenge == null) {
      return network;
    }
    return said.origin(Option.SIGNET_CHALLENGE.optionName())
        .blamed(
            () -> {
              if (!network.equals(Network.SIGNET)) {
                throw new IllegalArgumentException(
                    "signet.challenge: belongs to network signet, not to " + network);
              }
              return network.withChallenge(challenge);
            });
  }

  /**
   * Which signet is spoken, if not the default one: a challenge of its own gives a signet another
   * magic (BIP325). That blocks satisfy the challenge is not checked. The same as {@link
   * Network#withChallenge}, and needs {@link #network(Network)} to be {@link Network#SIGNET}.
   *
   * @param script at least one byte
   * @return this
   */
  public MultiplexerBuilder signetChallenge(byte[] script) {
    return say(
        Option.SIGNET_CHALLENGE,
        () -> {
          if (script.length == 0) {
            throw new IllegalArgumentException("signet.challenge: is empty");
          }
          return script.clone();
        },
        said -> signetChallenge = said);
  }

  /**
   * The nodes to dial over TCP, in the order of preference: at each attempt the first that can be
   * reached is taken.
   *
   * @param hostsAndPorts {@code HOST:PORT}, several separated by commas
   * @return this
   */
  public MultiplexerBuilder upstream(String hostsAndPorts) {
    return say(
        Option.UPSTREAM,
        () -> HostAndPort.parseAll(hostsAndPorts),
        nodes -> {
          connectors.clear();
          upstreams.clear();
          upstreams.addAll(nodes);
        });
  }

  /**
   * The nodes to dial by the embedder's own networking, in the order of preference.
   *
   * @param values at least one
   * @return this
   */
  public MultiplexerBuilder upstream(Connector... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("upstream: at least one connector is needed");
    }
    return say(Option.UPSTREAM, () -> List.of(values), connectors::addAll);
  }

  /**
   * How responses find their exchange; {@code key} unless set.
   *
   * @param name a built-in strategy's or a provider's
   * @return this
   */
  public MultiplexerBuilder strategy(String name) {
    Objects.requireNonNull(name);
    return say(Option.STRATEGY, () -> name, value -> strategyName = value);
  }

  /**
   * Where strategy {@code cache} keeps blocks, headers, and the transactions that clients
   * submitted, a node accepted and no block has, so that they survive a restart; in memory only
   * unless set. Needs {@code com.h2database:h2-mvstore} on the class path.
   *
   * @param value a directory, made if it is not there, for this multiplexer alone
   * @return this
   */
  public MultiplexerBuilder dataDirectory(Path value) {
    Objects.requireNonNull(value);
    return say(Option.DATA_DIR, () -> value, said -> dataDirectory = said);
  }

  /**
   * Where strategy {@code cache} keeps blocks, instead of a {@linkplain #dataDirectory directory}:
   * for a place that several multiplexers share.
   *
   * @param value not owned by the multiplexer
   * @return this
   */
  public MultiplexerBuilder answerStore(AnswerStore value) {
    refuseTwice(answerStore, "answer store");
    answerStore = value;
    return this;
  }

  /**
   * How much may be in flight upstream; 64 requests and 16 MB unless set.
   *
   * @param items 1 to 10,000 requests
   * @param bytes of expected answers, from 1; one larger answer is still asked for
   * @return this
   */
  public MultiplexerBuilder window(int items, long bytes) {
    windowItems(items);
    windowBytes(bytes);
    return this;
  }

  void windowItems(long items) {
    say(
        Option.WINDOW_ITEMS,
        () -> Option.WINDOW_ITEMS.check(items),
        value -> windowItems = value.intValue());
  }

  void windowBytes(long bytes) {
    say(Option.WINDOW_BYTES, () -> Option.WINDOW_BYTES.check(bytes), value -> windowBytes = value);
  }

  /**
   * How many clients may be connected at once; 1,000 unless set. One more is closed at once.
   *
   * <p>This is what bounds the memory that clients can take, and it is bounded for the worst that
   * all of them can do, not for what they need. An idle client takes some 20 KB. One that does its
   * worst holds four times {@link #clientBuffer} of what it does not read, which others may share,
   * and beside that 14 MB of its own: a message of 4 MB that is half there, in an array that is
   * growing; as much on its way between two loops, if its session has another than its transport;
   * and 2 MB of requests.
   *
   * @param clients 1 to 1,000,000
   * @return this
   */
  public MultiplexerBuilder maxClients(int clients) {
    return say(
        Option.CLIENTS_MAX,
        () -> Option.CLIENTS_MAX.check(clients),
        value -> maxClients = value.intValue());
  }

  /**
   * How many of the clients that {@link BitcoinMultiplexer#listen} accepts may come from one
   * address, so that nobody takes all the room there is; 100 unless set. An IPv6 address counts as
   * its network of 64 bits, which is what one customer has. Clients on this machine are not
   * counted: an operator's own wallets, and everything behind a local proxy, come from there.
   *
   * @param clients 1 to 1,000,000
   * @return this
   */
  public MultiplexerBuilder maxClientsPerAddress(int clients) {
    return say(
        Option.CLIENTS_PER_ADDRESS,
        () -> Option.CLIENTS_PER_ADDRESS.check(clients),
        value -> maxClientsPerAddress = value.intValue());
  }

  /**
   * How many threads serve the clients that {@link BitcoinMultiplexer#listen} accepts; 1 unless
   * set, which is the multiplexer's own: nothing is handed over between threads then, and a request
   * takes the least time. With more each client belongs to one of so many others, and what takes
   * the processor's time for clients alone (sending, filtering blocks for them, answers that are at
   * hand) is spread over them.
   *
   * @param threads 1 to 256
   * @return this
   */
  public MultiplexerBuilder clientThreads(int threads) {
    return say(
        Option.CLIENTS_THREADS,
        () -> Option.CLIENTS_THREADS.check(threads),
        value -> clientThreads = value.intValue());
  }

  /**
   * How many bytes may be on their way to one client before it has to read; 4 MB unless set. A
   * client with four times as much unread is closed.
   *
   * @param bytes from 100,000
   * @return this
   */
  public MultiplexerBuilder clientBuffer(long bytes) {
    return say(
        Option.CLIENT_BUFFER,
        () -> Option.CLIENT_BUFFER.check(bytes),
        value -> clientBuffer = value);
  }

  /**
   * Whether upstream is told that we have blocks, so that it asks for those our clients announce;
   * false unless set. For clients that are full nodes.
   *
   * @param value whether
   * @return this
   */
  public MultiplexerBuilder serveBlocks(boolean value) {
    return say(Option.SERVE_BLOCKS, () -> value, said -> serveBlocks = said);
  }

  /**
   * Whether a valid new block that a client sends goes upstream; true unless set.
   *
   * @param value whether
   * @return this
   */
  public MultiplexerBuilder submitBlocks(boolean value) {
    return say(Option.SUBMIT_BLOCKS, () -> value, said -> submitBlocks = said);
  }

  /**
   * Whether clients may load bloom filters (BIP37), ask for filtered blocks and for the mempool;
   * true unless set. It takes nothing of upstream but whole blocks and transactions, so it works
   * although upstream has bloom filters switched off. Strategy {@code passthrough} offers what
   * upstream offers, whatever is set.
   *
   * <p>A filter costs the session's loop time, of which each client gets a tenth at most in the
   * long run. Whose clients do not need it may switch it off: no wallets that are made with
   * bitcoinj, for instance.
   *
   * @param value whether
   * @return this
   */
  public MultiplexerBuilder bloom(boolean value) {
    return say(Option.BLOOM, () -> value, said -> bloom = said);
  }

  /**
   * How long a handshake may take, on either side; 60 s unless set.
   *
   * @param value 1 s to an hour
   * @return this
   */
  public MultiplexerBuilder handshakeTimeout(Duration value) {
    return say(
        Option.HANDSHAKE_TIMEOUT,
        () -> seconds(Option.HANDSHAKE_TIMEOUT, value),
        said -> handshakeTimeout = said);
  }

  /**
   * After how long a silence a client is closed; 20 minutes unless set.
   *
   * @param value 1 s to an hour
   * @return this
   */
  public MultiplexerBuilder clientTimeout(Duration value) {
    return say(
        Option.CLIENT_TIMEOUT,
        () -> seconds(Option.CLIENT_TIMEOUT, value),
        said -> clientTimeout = said);
  }

  /**
   * How long upstream may owe answers without any progress before it is dialled anew; 60 s unless
   * set. A node that validates a block or reads from a slow disk may be silent for seconds.
   *
   * @param value 1 s to an hour
   * @return this
   */
  public MultiplexerBuilder upstreamTimeout(Duration value) {
    return say(
        Option.UPSTREAM_TIMEOUT,
        () -> seconds(Option.UPSTREAM_TIMEOUT, value),
        said -> upstreamTimeout = said);
  }

  /**
   * Sets an option by name, as text.
   *
   * @param name as in {@link Option#optionName()}, or a strategy's own as {@code STRATEGY.OPTION}
   * @param value as text
   * @return this
   * @throws IllegalArgumentException naming the option that does not exist or the value it cannot
   *     have
   */
  public MultiplexerBuilder set(String name, String value) {
    return said.speaker()
        .blamed(
            () -> {
              Option option = Option.named(name).orElse(null);
              if (option != null) {
                OptionValues.apply(this, option, value);
              } else {
                setStrategyOption(name, value);
              }
              return this;
            });
  }

  private void setStrategyOption(String name, String value) {
    Strategies strategies = Strategies.load(classLoader);
    if (!strategies.hasOption(name)) {
      throw new IllegalArgumentException(
          "unknown option '"
              + name
              + "'; there are: "
              + options(strategies).stream()
                  .map(OptionDescription::name)
                  .collect(Collectors.joining(", ")));
    }
    said.say(
        name,
        () -> {
          strategies.check(name, value);
          return value;
        },
        said -> strategyOptions.put(name, said));
  }

  /**
   * All options there are: the library's, then those of its strategies.
   *
   * @return what documentation says of them
   */
  public static List<OptionDescription> options() {
    return options(Strategies.of(List.of()));
  }

  /**
   * All options there are: the library's, then those of its strategies and of all that are found.
   *
   * @param loader where to look for providers of strategies
   * @return what help says of them
   */
  public static List<OptionDescription> options(ClassLoader loader) {
    return options(Strategies.load(loader));
  }

  private static List<OptionDescription> options(Strategies strategies) {
    return Stream.concat(
            Arrays.stream(Option.values())
                .map(
                    option ->
                        option == Option.STRATEGY
                            ? describeChoice(option.description(), strategies)
                            : option.description()),
            strategies.options().stream())
        .toList();
  }

  private static OptionDescription describeChoice(
      OptionDescription strategy, Strategies strategies) {
    String words =
        strategies.providers().stream()
            .map(StrategyProvider::name)
            .collect(Collectors.joining(", "));
    return new OptionDescription(
        strategy.name(),
        strategy.defaultValue(),
        new OptionType.Text(words + " or a provider's"),
        strategy.meaning(),
        strategy.changesLive());
  }

  /**
   * The strategies there are: the library's, from the simplest on, then all that are found.
   *
   * @param loader where to look for providers of strategies
   * @return who makes and describes them
   */
  public static List<StrategyProvider> strategies(ClassLoader loader) {
    return List.copyOf(Strategies.load(loader).providers());
  }

  /**
   * Sets everything that a configuration has. It overrules what typed calls say, before and after:
   * those are what the embedder wants unless whoever runs it says otherwise.
   *
   * @param configuration options as text
   * @return this
   * @throws IllegalArgumentException as {@link #set}
   */
  public MultiplexerBuilder configuration(Configuration configuration) {
    configuration.forEach(
        (name, value, origin) -> said.configuring(origin, () -> set(name, value)));
    return this;
  }

  /**
   * The loop that owns the upstream, and the sessions that are accepted without one of their own.
   * Unless set, the multiplexer starts a thread of its own and ends it when it is closed.
   *
   * <p>Nothing is handed over between threads if the loop is also where the sockets are served. A
   * {@link org.bitcoinmultiplexer.transport.tcp.TcpLoop} listens and dials by itself. For a loop of
   * another kind dial there too, with {@link #upstream(Connector...)}, and give the clients that
   * you accept there to {@link BitcoinMultiplexer#accept(org.bitcoinmultiplexer.api.Transport)}; a
   * node that is named by host and port would be dialled on a thread of its own.
   *
   * @param value not owned by the multiplexer
   * @return this
   */
  public MultiplexerBuilder loop(EventLoop value) {
    refuseTwice(loop, "loop");
    loop = value;
    return this;
  }

  /**
   * Runs the checks of large answers, which take milliseconds. Unless set, the multiplexer has a
   * thread of its own for them.
   *
   * @param value not owned by the multiplexer; {@code Runnable::run} checks in place
   * @return this
   */
  public MultiplexerBuilder checker(Executor value) {
    refuseTwice(checker, "checker");
    checker = value;
    return this;
  }

  /**
   * Hears what happens. Unless an executor is set, the multiplexer has a thread of its own for it.
   *
   * @param value called on the executor of the multiplexer
   * @return this
   */
  public MultiplexerBuilder listener(MultiplexerListener value) {
    refuseTwice(listener, "listener");
    listener = value;
    return this;
  }

  /**
   * Hears what happens.
   *
   * @param value called on the executor
   * @param executor runs one task after another; not owned by the multiplexer
   * @return this
   */
  public MultiplexerBuilder listener(MultiplexerListener value, Executor executor) {
    listenerExecutor = executor;
    return listener(value);
  }

  /**
   * Where nonces and the secrets of short keys come from; a {@link SecureRandom} unless set. Set it
   * only in tests: a predictable source lets clients construct collisions of short keys.
   *
   * @param value used from the multiplexer's loops
   * @return this
   */
  public MultiplexerBuilder random(RandomGenerator value) {
    random = value;
    return this;
  }

  /**
   * Where providers of strategies and pairs are looked for; the library's own class loader unless
   * set.
   *
   * @param value for {@link java.util.ServiceLoader}
   * @return this
   */
  public MultiplexerBuilder classLoader(ClassLoader value) {
    classLoader = value;
    return this;
  }

  /**
   * Builds the multiplexer. Nothing is dialled before it is started.
   *
   * @return a new multiplexer
   * @throws IllegalArgumentException if no upstream is set, or the strategy does not exist or does
   *     not know one of its options
   */
  public BitcoinMultiplexer build() {
    if (upstreams.isEmpty() && connectors.isEmpty()) {
      throw new IllegalArgumentException("upstream: no node is given; say HOST:PORT");
    }
    return new BitcoinMultiplexer(this);
  }

  private <T> MultiplexerBuilder say(
      Option option, Supplier<T> judgement, Consumer<? super T> keep) {
    said.say(option.optionName(), judgement, keep);
    return this;
  }

  private static Duration seconds(Option option, Duration value) {
    return Duration.ofSeconds(option.check(value.toSeconds()));
  }

  private static void refuseTwice(@Nullable Object current, String what) {
    if (current != null) {
      throw new IllegalArgumentException("the " + what + " is set twice");
    }
  }
}
