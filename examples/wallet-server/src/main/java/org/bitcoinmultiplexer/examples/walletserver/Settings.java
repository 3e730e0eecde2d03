package org.bitcoinmultiplexer.examples.walletserver;

import com.google.common.net.HostAndPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.config.Configuration;
import org.bitcoinmultiplexer.config.Option;
import org.bitcoinmultiplexer.config.Origin;
import org.bitcoinmultiplexer.examples.walletserver.wallets.Passphrase;
import org.jspecify.annotations.Nullable;

/**
 * What the program was told by its file, its environment and its flags; each overrules those before
 * it.
 *
 * @param configuration the library's options
 * @param network which is spoken
 * @param strategy how answers find which wallet asked
 * @param embedded whether no node was named, so that one is brought
 * @param listenHost where HTTP is served
 * @param listenPort 0 for any
 * @param dataDirectory where the wallets are kept
 * @param token null if requests need none
 * @param passphrase null if new wallets are not encrypted
 */
record Settings(
    Configuration configuration,
    Network network,
    String strategy,
    boolean embedded,
    String listenHost,
    int listenPort,
    Path dataDirectory,
    @Nullable String token,
    @Nullable Passphrase passphrase) {

  private static final String LISTEN = "listen";
  private static final String TOKEN_FILE = "token-file";
  private static final String PASSPHRASE_FILE = "passphrase-file";
  private static final String DATA_DIR = Option.DATA_DIR.optionName();
  private static final int LEAST_TOKEN = 16;

  /**
   * Puts the settings together.
   *
   * @throws UsageException naming what cannot be
   * @throws IllegalArgumentException likewise, from the library
   * @throws IOException if a file cannot be read
   */
  static Settings of(Flags flags, Map<String, String> environment)
      throws UsageException, IOException {
    Configuration all = Configuration.EMPTY;
    if (flags.config != null) {
      all = load(all, flags.config);
    }
    all = withFlags(all.withEnvironment(environment), flags);
    Configuration configuration =
        all.without(LISTEN).without(TOKEN_FILE).without(PASSPHRASE_FILE).without(DATA_DIR);
    if (!configuration.has(Option.NETWORK.optionName())) {
      // The library's default is mainnet; here that is a word that somebody has to say.
      configuration = configuration.with(Option.NETWORK.optionName(), Network.REGTEST.toString());
    }
    Network network = BitcoinMultiplexer.builder().configuration(configuration).network();
    boolean embedded = !configuration.has(Option.UPSTREAM.optionName());
    if (embedded && !network.equals(Network.REGTEST)) {
      throw new UsageException(
          "the embedded node speaks regtest only: for " + network + " say --upstream=HOST:PORT");
    }
    HostAndPort listen = endpoint(all.value(LISTEN, "127.0.0.1:8080"));
    String token = secret(all, TOKEN_FILE);
    if (token != null && token.length() < LEAST_TOKEN) {
      throw new UsageException(
          TOKEN_FILE + ": the token is shorter than " + LEAST_TOKEN + " characters");
    }
    String words = secret(all, PASSPHRASE_FILE);
    return new Settings(
        configuration,
        network,
        configuration.value(Option.STRATEGY),
        embedded,
        listen.getHost(),
        listen.getPort(),
        Path.of(all.value(DATA_DIR, "wallet-server-data")),
        token,
        words == null ? null : new Passphrase(words));
  }

  private static @Nullable String secret(Configuration all, String name)
      throws UsageException, IOException {
    return all.has(name) ? SecretFile.read(name, Path.of(all.value(name, ""))) : null;
  }

  private static HostAndPort endpoint(String text) throws UsageException {
    try {
      HostAndPort endpoint = HostAndPort.fromString(text).requireBracketsForIPv6();
      if (endpoint.hasPort() && !endpoint.getHost().isEmpty()) {
        return endpoint;
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw new UsageException(LISTEN + ": '" + text + "' is not HOST:PORT");
  }

  /**
   * Where to listen.
   *
   * @throws UsageException if that is more than this machine, and no token is asked for
   */
  InetSocketAddress listenAddress() throws UsageException {
    InetSocketAddress address = new InetSocketAddress(listenHost, listenPort);
    if (address.isUnresolved()) {
      throw new UsageException(LISTEN + ": unknown host " + listenHost);
    }
    if (token == null && !address.getAddress().isLoopbackAddress()) {
      throw new UsageException(
          "whoever reaches "
              + listenHost
              + " could pay from the wallets: listen on 127.0.0.1, or ask for a token with"
              + " --token-file=FILE");
    }
    return address;
  }

  private static Configuration withFlags(Configuration all, Flags flags) throws UsageException {
    Map<String, @Nullable Object> own = new LinkedHashMap<>();
    own.put(Option.UPSTREAM.optionName(), flags.upstream);
    own.put(Option.NETWORK.optionName(), flags.network);
    own.put(Option.STRATEGY.optionName(), flags.strategy);
    own.put(DATA_DIR, flags.dataDir);
    own.put(LISTEN, flags.listen);
    own.put(TOKEN_FILE, flags.tokenFile);
    own.put(PASSPHRASE_FILE, flags.passphraseFile);
    Configuration configuration = all;
    for (Map.Entry<String, String> option : flags.options.entrySet()) {
      String name = option.getKey();
      if (own.get(name) != null) {
        throw new UsageException("--" + name + " and --option=" + name + "=... are both given");
      }
      configuration = configuration.with(name, option.getValue(), Origin.flag("--option=" + name));
    }
    for (Map.Entry<String, @Nullable Object> flag : own.entrySet()) {
      Object value = flag.getValue();
      if (value != null) {
        configuration =
            configuration.with(flag.getKey(), value.toString(), Origin.flag("--" + flag.getKey()));
      }
    }
    return configuration;
  }

  private static Configuration load(Configuration all, Path file) throws UsageException {
    try {
      return all.withFile(file);
    } catch (IOException | IllegalArgumentException e) {
      throw new UsageException("config " + file + ": " + SecretFile.reason(e));
    }
  }

  /** The nodes in words; none if one is brought. */
  List<String> upstreams() {
    return List.of(configuration.value(Option.UPSTREAM).split(","));
  }
}
