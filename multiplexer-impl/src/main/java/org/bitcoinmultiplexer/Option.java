package org.bitcoinmultiplexer;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * The options of a multiplexer: names, defaults and meanings, for all three ways of saying them.
 *
 * <p>An option {@code NAME} is the property {@code multiplexer.NAME}, and the environment variable
 * {@code MULTIPLEXER_NAME} in upper case with underscores for dots and hyphens. All take effect
 * when the multiplexer is built. A strategy may have options of its own, called {@code
 * STRATEGY.OPTION}; the built-in ones are {@code key.size}, {@code sequence.join}, {@code
 * cache.bytes} and {@code cache.disk-bytes}.
 */
public enum Option {
  /** Which Bitcoin network. */
  NETWORK("network", "mainnet", "mainnet, testnet3, testnet4, signet or regtest"),
  /** The nodes, in the order of preference. */
  UPSTREAM(
      "upstream", "", "HOST:PORT of the node, or several by comma: the first reachable counts"),
  /** How responses find their exchange. */
  STRATEGY(
      "strategy",
      "key",
      "passthrough, serial, key, sequence, cache, or the name of a provider's strategy"),
  /** Where the cache keeps what is to survive. */
  DATA_DIR("data-dir", "", "directory in which strategy cache keeps blocks; none: only in memory"),
  /** How many requests may be in flight upstream. */
  WINDOW_ITEMS("window.items", "64", "requests in flight upstream, 1 to 10000"),
  /** How many bytes of expected answers may be in flight upstream. */
  WINDOW_BYTES("window.bytes", "16000000", "bytes of answers expected upstream, from 1"),
  /** How many clients may be connected. */
  CLIENTS_MAX(
      "clients.max",
      "1000",
      "clients connected at once, 1 to 1000000; bounds the memory they take"),
  /** How many clients may come from one address. */
  CLIENTS_PER_ADDRESS(
      "clients.per-address", "100", "clients from one address but this machine's, 1 to 1000000"),
  /** How many threads serve clients. */
  CLIENTS_THREADS(
      "clients.threads",
      "1",
      "threads that serve clients, 1 to 256; 1: the thread that serves the node does"),
  /** How much may be on its way to one client. */
  CLIENT_BUFFER("client.buffer", "4000000", "bytes on their way to one client, from 100000"),
  /** Whether clients are full nodes whose blocks upstream may ask for. */
  SERVE_BLOCKS(
      "upstream.serve-blocks", "false", "present us to upstream as a node that has blocks"),
  /** Whether blocks that clients send go upstream. */
  SUBMIT_BLOCKS("submit-blocks", "true", "forward valid new blocks of clients upstream"),
  /** Whether clients may have bloom filters. */
  BLOOM(
      "bloom",
      "true",
      "offer bloom filters (BIP37) whether or not upstream does; needs a shared strategy"),
  /** How long a handshake may take. */
  HANDSHAKE_TIMEOUT("handshake-timeout", "60", "seconds a handshake may take, 1 to 3600"),
  /** How long a client may be silent. */
  CLIENT_TIMEOUT("client.timeout", "1200", "seconds of silence after which a client is closed"),
  /** How long upstream may owe answers without any progress. */
  UPSTREAM_TIMEOUT(
      "upstream.timeout", "60", "seconds without progress after which upstream is dialled anew");

  private final String optionName;
  private final String defaultValue;
  private final String description;

  Option(String optionName, String defaultValue, String description) {
    this.optionName = optionName;
    this.defaultValue = defaultValue;
    this.description = description;
  }

  /**
   * The name in configuration.
   *
   * @return such as {@code "window.items"}
   */
  public String optionName() {
    return optionName;
  }

  /**
   * The default, as it would be written.
   *
   * @return empty if there is none
   */
  public String defaultValue() {
    return defaultValue;
  }

  /**
   * What it means, with unit and range.
   *
   * @return a short line
   */
  public String description() {
    return description;
  }

  /**
   * The name of the environment variable that sets it.
   *
   * @return such as {@code "MULTIPLEXER_WINDOW_ITEMS"}
   */
  public String environmentName() {
    return environmentName(optionName);
  }

  static String environmentName(String optionName) {
    return "MULTIPLEXER_" + optionName.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  static Optional<Option> named(String name) {
    return Arrays.stream(values()).filter(o -> o.optionName.equals(name)).findFirst();
  }
}
