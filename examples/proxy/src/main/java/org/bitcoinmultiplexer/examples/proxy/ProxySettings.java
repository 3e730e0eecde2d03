package org.bitcoinmultiplexer.examples.proxy;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.Configuration;
import org.bitcoinmultiplexer.Option;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
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

  private static final String PREFIX = "multiplexer.";

  /**
   * Puts the settings together.
   *
   * @throws UsageException naming what is missing or cannot be
   * @throws IllegalArgumentException likewise, from the library
   */
  static ProxySettings of(Flags flags, Map<String, String> environment) throws UsageException {
    Configuration all = Configuration.EMPTY;
    if (flags.config != null) {
      all = all.withProperties(load(flags.config));
    }
    all = all.withEnvironment(environment).with(named(flags));

    Map<String, String> library = new LinkedHashMap<>(all.values());
    String listen = library.remove(LISTEN);
    Configuration configuration = Configuration.EMPTY.with(library);
    Network network = Network.of(configuration.value(Option.NETWORK));
    String upstream = configuration.value(Option.UPSTREAM);
    if (upstream.isEmpty()) {
      // Perhaps because its name is misspelt, which the library says better.
      var unused = BitcoinMultiplexer.builder().configuration(configuration);
      throw new UsageException("no upstream is given; say --upstream=HOST:PORT");
    }
    ProxySettings settings =
        new ProxySettings(
            configuration,
            network,
            configuration.value(Option.STRATEGY),
            Endpoint.parseAll("upstream", upstream),
            listen == null
                ? new Endpoint("127.0.0.1", network.defaultPort())
                : Endpoint.parse(LISTEN, listen));
    return settings;
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

  private static Map<String, String> named(Flags flags) throws UsageException {
    Map<String, String> named = new LinkedHashMap<>(flags.options);
    put(named, Option.UPSTREAM.optionName(), flags.upstream);
    put(named, Option.NETWORK.optionName(), flags.network);
    put(named, Option.STRATEGY.optionName(), flags.strategy);
    put(
        named,
        Option.DATA_DIR.optionName(),
        flags.dataDir == null ? null : flags.dataDir.toString());
    put(named, LISTEN, flags.listen);
    return named;
  }

  private static void put(Map<String, String> named, String name, @Nullable String value)
      throws UsageException {
    if (value != null && named.put(name, value) != null) {
      throw new UsageException("--" + name + " and --option=" + name + "=... are both given");
    }
  }

  private static Properties load(Path file) throws UsageException {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    } catch (NoSuchFileException e) {
      throw new UsageException("config " + file + ": no such file");
    } catch (AccessDeniedException e) {
      throw new UsageException("config " + file + ": permission denied");
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException("config " + file + ": " + e.getMessage());
    }
    for (String name : properties.stringPropertyNames()) {
      if (!name.startsWith(PREFIX)) {
        throw new UsageException(
            "config " + file + ": unknown key '" + name + "'; keys start with " + PREFIX);
      }
    }
    return properties;
  }
}
