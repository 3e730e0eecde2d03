package org.bitcoinmultiplexer.examples.proxy;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.MultiplexerBuilder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.config.Configuration;
import org.bitcoinmultiplexer.config.Option;
import org.bitcoinmultiplexer.config.Origin;
import org.jspecify.annotations.Nullable;

/**
 * What the program was told by its file, its environment and its flags; each overrules those before
 * it.
 *
 * @param configuration the library's options
 * @param network which is spoken
 * @param strategy how answers find who asked
 * @param upstreams the nodes, at least one
 * @param listen where clients connect
 */
record ProxySettings(
    Configuration configuration,
    Network network,
    String strategy,
    List<Endpoint> upstreams,
    Endpoint listen) {

  /** The program's own option; all others are the library's. */
  static final String LISTEN = "listen";

  /**
   * Puts the settings together.
   *
   * @throws UsageException naming what is missing or cannot be
   * @throws IllegalArgumentException likewise, from the library
   */
  static ProxySettings of(Flags flags, Map<String, String> environment) throws UsageException {
    Configuration all = Configuration.EMPTY;
    if (flags.config != null) {
      all = load(all, flags.config);
    }
    all = withFlags(all.withEnvironment(environment), flags);

    Configuration configuration = all.without(LISTEN);
    Network network = judge(configuration);
    if (!configuration.has(Option.UPSTREAM.optionName())) {
      throw new UsageException("no upstream is given; say --upstream=HOST:PORT");
    }
    return new ProxySettings(
        configuration,
        network,
        configuration.value(Option.STRATEGY),
        Endpoint.parseAll(Option.UPSTREAM.optionName(), configuration.value(Option.UPSTREAM)),
        listen(all, network));
  }

  /** Judges all of it but what only building shows. */
  private static Network judge(Configuration configuration) throws UsageException {
    refuseUnknown(configuration);
    return BitcoinMultiplexer.builder().configuration(configuration).network();
  }

  /** The library would, too, but knows only its own. What has a dot is a strategy's to know. */
  private static void refuseUnknown(Configuration configuration) throws UsageException {
    List<String> known = new ArrayList<>(List.of(LISTEN));
    MultiplexerBuilder.options(ProxySettings.class.getClassLoader())
        .forEach(option -> known.add(option.name()));
    List<String> unknown = new ArrayList<>();
    configuration.forEach(
        (name, value, origin) -> {
          if (!known.contains(name) && name.indexOf('.') < 0) {
            unknown.add(
                "unknown option '"
                    + name
                    + "'; there are: "
                    + String.join(", ", known)
                    + " (from "
                    + origin
                    + ")");
          }
        });
    if (!unknown.isEmpty()) {
      throw new UsageException(unknown.get(0));
    }
  }

  private static Endpoint listen(Configuration all, Network network) throws UsageException {
    if (!all.has(LISTEN)) {
      return new Endpoint("127.0.0.1", network.defaultPort());
    }
    try {
      return Endpoint.parse(LISTEN, all.value(LISTEN, ""));
    } catch (UsageException e) {
      throw new UsageException(e.getMessage() + " (from " + all.origin(LISTEN) + ")");
    }
  }

  /** Refuses to listen where upstream is. */
  void refuseToDialItself() throws UsageException {
    for (Endpoint upstream : upstreams) {
      if (listen.isReachedBy(upstream)) {
        throw new UsageException(
            "listening on "
                + listen
                + " it would dial itself as upstream "
                + upstream
                + "; choose another address with --listen=HOST:PORT");
      }
    }
  }

  private static Configuration withFlags(Configuration all, Flags flags) throws UsageException {
    Map<String, String> own = new LinkedHashMap<>();
    put(own, Option.UPSTREAM.optionName(), flags.upstream);
    put(own, Option.NETWORK.optionName(), flags.network);
    put(own, Option.STRATEGY.optionName(), flags.strategy);
    put(own, Option.DATA_DIR.optionName(), flags.dataDir == null ? null : flags.dataDir.toString());
    put(own, LISTEN, flags.listen);
    Configuration configuration = all;
    for (Map.Entry<String, String> option : flags.options.entrySet()) {
      String name = option.getKey();
      if (own.containsKey(name)) {
        throw new UsageException("--" + name + " and --option=" + name + "=... are both given");
      }
      configuration = configuration.with(name, option.getValue(), Origin.flag("--option=" + name));
    }
    for (Map.Entry<String, String> flag : own.entrySet()) {
      String name = flag.getKey();
      configuration = configuration.with(name, flag.getValue(), Origin.flag("--" + name));
    }
    return configuration;
  }

  private static void put(Map<String, String> own, String name, @Nullable String value) {
    if (value != null) {
      own.put(name, value);
    }
  }

  private static Configuration load(Configuration all, Path file) throws UsageException {
    try {
      return all.withFile(file);
    } catch (NoSuchFileException e) {
      throw new UsageException("config " + file + ": no such file");
    } catch (AccessDeniedException e) {
      throw new UsageException("config " + file + ": permission denied");
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException("config " + file + ": " + e.getMessage());
    }
  }
}
