package org.bitcoinmultiplexer;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.bitcoinmultiplexer.api.PairProvider;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.bitcoin.news.NewsOptions;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinOptions;
import org.bitcoinmultiplexer.core.Settings;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.jspecify.annotations.Nullable;

/** Makes the parts of a multiplexer of what its builder was told; refuses what does not fit. */
final class Parts {

  private final MultiplexerBuilder builder;

  Parts(MultiplexerBuilder builder) {
    this.builder = builder;
  }

  /** The strategy that was chosen; null for passthrough. */
  @Nullable Strategy strategy() {
    Strategies strategies = Strategies.load(builder.classLoader);
    if (Strategies.isPassthrough(builder.strategyName)) {
      return null;
    }
    String prefix = builder.strategyName + ".";
    Map<String, String> own = new TreeMap<>();
    builder.strategyOptions.forEach(
        (name, value) -> {
          if (name.startsWith(prefix)) {
            own.put(name.substring(prefix.length()), value);
          }
        });
    return strategies.create(builder.strategyName, own);
  }

  /** The cache that was chosen; null for other strategies. */
  @Nullable Cache cache() {
    if (!Strategies.isCache(builder.strategyName)) {
      if (builder.dataDirectory != null || builder.answerStore != null) {
        throw new IllegalArgumentException(
            (builder.dataDirectory != null ? "data-dir: " : "answer store: ")
                + "strategy '"
                + builder.strategyName
                + "' keeps nothing; that is for strategy 'cache'");
      }
      return null;
    }
    return new Cache(
        cacheBytes("cache.bytes", Cache.defaultBytes(), Cache.LEAST_BYTES),
        cacheBytes("cache.disk-bytes", Cache.DEFAULT_DISK_BYTES, Cache.LEAST_DISK_BYTES),
        builder.bloom,
        builder.dataDirectory,
        builder.answerStore);
  }

  private long cacheBytes(String name, long usual, long least) {
    return OptionValues.bytes(
        name, builder.strategyOptions.getOrDefault(name, Long.toString(usual)), least);
  }

  /** What the protocol is told. */
  BitcoinOptions protocolOptions() {
    List<PairProvider> providers =
        ServiceLoader.load(PairProvider.class, builder.classLoader).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
    NewsOptions news =
        new NewsOptions(
            builder.serveBlocks,
            builder.submitBlocks,
            NewsOptions.DEFAULT.poolBytes(),
            builder.bloom);
    return new BitcoinOptions(
        builder.network, news, providers, builder.random, InstantSource.system());
  }

  /** What the engine is told. */
  Settings settings() {
    return new Settings(
        builder.maxClients,
        builder.clientBuffer,
        new Strategy.Window(builder.windowItems, builder.windowBytes),
        builder.handshakeTimeout,
        min(Settings.DEFAULTS.idleInterval(), builder.clientTimeout.dividedBy(2)),
        builder.clientTimeout,
        builder.upstreamTimeout,
        Settings.DEFAULTS.patience());
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }
}
