package org.bitcoinmultiplexer;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bitcoinmultiplexer.api.RequestTypeProvider;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinOptions;
import org.bitcoinmultiplexer.config.Option;
import org.bitcoinmultiplexer.config.Origin;
import org.bitcoinmultiplexer.core.Settings;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.bitcoinmultiplexer.transport.Descriptors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the parts of a multiplexer of what its builder was told; refuses what does not fit. */
final class Parts {

  private static final Logger log = LoggerFactory.getLogger(Parts.class);

  private final MultiplexerBuilder builder;
  private final Strategy strategy;

  Parts(MultiplexerBuilder builder) {
    this.builder = builder;
    this.strategy = chooseStrategy(Strategies.load(builder.classLoader));
    List<String> resting = resting();
    if (!resting.isEmpty()) {
      log.info(
          "resting beside strategy '{}': {}", builder.strategyName, String.join(", ", resting));
    }
  }

  /** The strategy that was chosen. */
  Strategy strategy() {
    return strategy;
  }

  private Strategy chooseStrategy(Strategies strategies) {
    Map<String, Map<String, String>> options = optionsByStrategy();
    options.forEach(
        (name, own) -> {
          if (!name.equals(builder.strategyName)) {
            // Only judged: it rests.
            origins(name, own).blamed(() -> strategies.create(name, own));
          }
        });
    Map<String, String> own = options.getOrDefault(builder.strategyName, Map.of());
    return origins(builder.strategyName, own)
        .blamed(() -> strategies.create(builder.strategyName, own));
  }

  private Map<String, Map<String, String>> optionsByStrategy() {
    Map<String, Map<String, String>> options = new TreeMap<>();
    builder.strategyOptions.forEach(
        (name, value) -> {
          int dot = name.indexOf('.');
          options
              .computeIfAbsent(name.substring(0, dot), strategy -> new TreeMap<>())
              .put(name.substring(dot + 1), value);
        });
    return options;
  }

  /** Where the options of a strategy were said; without any, where the strategy was. */
  private Origin origins(String strategy, Map<String, String> own) {
    if (own.isEmpty()) {
      return builder.said.origin(Option.STRATEGY.optionName());
    }
    return new Origin(
        own.keySet().stream()
            .map(option -> builder.said.origin(strategy + "." + option).words())
            .distinct()
            .collect(Collectors.joining(", ")));
  }

  /** What belongs to another strategy: one word swaps it, so that is no mistake. */
  List<String> resting() {
    List<String> resting = new ArrayList<>();
    if (strategy.cache().isEmpty()) {
      if (builder.dataDirectory != null) {
        resting.add(Option.DATA_DIR.optionName());
      }
      if (builder.answerStore != null) {
        resting.add("the answer store");
      }
    }
    builder.strategyOptions.keySet().stream()
        .filter(name -> !name.startsWith(builder.strategyName + "."))
        .forEach(resting::add);
    return resting;
  }

  /** What keeps answers; null if the strategy keeps none. */
  @Nullable Cache cache() {
    Strategy.CacheSize size = strategy.cache().orElse(null);
    if (size == null) {
      return null;
    }
    return builder
        .said
        .origin(Option.DATA_DIR.optionName())
        .blamed(
            () ->
                new Cache(
                    size.memoryBytes(),
                    size.diskBytes(),
                    builder.bloom,
                    builder.dataDirectory,
                    builder.answerStore));
  }

  /** What the protocol is told. */
  BitcoinOptions protocolOptions() {
    List<RequestTypeProvider> providers =
        ServiceLoader.load(RequestTypeProvider.class, builder.classLoader).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    RelayOptions news =
        new RelayOptions(
            builder.serveBlocks,
            builder.submitBlocks,
            RelayOptions.DEFAULT.poolBytes(),
            builder.bloom);
    return new BitcoinOptions(
        builder.network(), news, providers, builder.random, InstantSource.system());
  }

  /** What the engine is told. */
  Settings settings() {
    return new Settings(
        maxClients(strategy.sharesConnection() ? 1 : 2),
        builder.maxClientsPerAddress,
        builder.clientBuffer,
        new Strategy.Window(builder.windowItems, builder.windowBytes),
        builder.handshakeTimeout,
        min(Settings.DEFAULTS.idleInterval(), builder.clientTimeout.dividedBy(2)),
        builder.clientTimeout,
        builder.upstreamTimeout,
        Settings.DEFAULTS.patience());
  }

  /** As many as were asked for, if there are sockets for so many. */
  private int maxClients(int perClient) {
    int possible = Math.max(1, Descriptors.forClients() / perClient / 9 * 8);
    if (possible < builder.maxClients) {
      log.warn(
          "clients.max is {}, but the process may open sockets for {} only (ulimit -n)",
          builder.maxClients,
          possible);
    }
    return Math.min(possible, builder.maxClients);
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
