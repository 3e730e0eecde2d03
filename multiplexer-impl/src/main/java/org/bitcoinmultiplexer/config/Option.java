package org.bitcoinmultiplexer.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.OptionType;
import org.bitcoinmultiplexer.api.OptionType.Amount;
import org.bitcoinmultiplexer.api.OptionType.Text;

/**
 * The options of a multiplexer: names, defaults, bounds and meanings, for all ways of saying them.
 *
 * <p>An option {@code NAME} is the property {@code multiplexer.NAME}, and the environment variable
 * {@code MULTIPLEXER_NAME} in upper case with underscores for dots and hyphens. All take effect
 * when the multiplexer is built. A strategy may have options of its own, called {@code
 * STRATEGY.OPTION}.
 *
 * <p>Bytes may be written with a unit, {@code 20MB} and {@code 1GB} being decimal and {@code 64MiB}
 * binary; times as {@code 90s}, {@code 20m} or {@code 1h}. A bare number is bytes or seconds.
 */
@SuppressWarnings("ImmutableEnumChecker") // descriptions are, they only do not say so
public enum Option {
  /** Which Bitcoin network. */
  NETWORK(
      "network",
      "mainnet",
      new Text("mainnet, testnet3, testnet4, signet or regtest"),
      "which network is spoken"),
  /** Which signet, if not the default one. */
  SIGNET_CHALLENGE(
      "signet.challenge",
      "",
      new Text("hexadecimal digits"),
      "the script of a custom signet, beside network=signet"),
  /** The nodes, in the order of preference. */
  UPSTREAM(
      "upstream",
      "",
      new Text("HOST:PORT, or several by comma"),
      "the node; of several the first that can be reached"),
  /** How responses find their exchange. */
  STRATEGY("strategy", "key", new Text("the word of a strategy"), "how responses find who asked"),
  /** Where the cache keeps what is to survive. */
  DATA_DIR(
      "data-dir",
      "",
      new Text("a directory"),
      "where strategy cache keeps headers, blocks and payments not mined; none: only in memory"),
  /** How many requests may be in flight upstream. */
  WINDOW_ITEMS("window.items", "64", Amount.items(1, 10_000), "requests in flight upstream"),
  /** How many bytes of expected answers may be in flight upstream. */
  WINDOW_BYTES(
      "window.bytes",
      "16MB",
      Amount.bytes(1, Long.MAX_VALUE),
      "bytes of answers expected upstream"),
  /** How many clients may be connected. */
  CLIENTS_MAX(
      "clients.max",
      "1000",
      Amount.items(1, 1_000_000),
      "clients connected at once; bounds the memory they take"),
  /** How many clients may come from one address. */
  CLIENTS_PER_ADDRESS(
      "clients.per-address",
      "100",
      Amount.items(1, 1_000_000),
      "clients from one address, this machine's excepted"),
  /** How many threads serve clients. */
  CLIENTS_THREADS(
      "clients.threads",
      "1",
      Amount.items(1, 256),
      "threads that serve clients; 1: the thread that serves the node does"),
  /** How much may be on its way to one client. */
  CLIENT_BUFFER(
      "client.buffer",
      "4MB",
      Amount.bytes(100_000, Amount.MOST_BYTES),
      "bytes on their way to one client"),
  /** Whether clients are full nodes whose blocks upstream may ask for. */
  SERVE_BLOCKS(
      "upstream.serve-blocks",
      "false",
      OptionType.YES_OR_NO,
      "present us to upstream as a node that has blocks"),
  /** Whether blocks that clients send go upstream. */
  SUBMIT_BLOCKS(
      "submit-blocks",
      "true",
      OptionType.YES_OR_NO,
      "forward valid new blocks of clients upstream"),
  /** Whether clients may have bloom filters. */
  BLOOM(
      "bloom",
      "true",
      OptionType.YES_OR_NO,
      "offer bloom filters (BIP37) whether or not upstream does; needs a shared strategy"),
  /** How long a handshake may take. */
  HANDSHAKE_TIMEOUT(
      "handshake-timeout", "60s", Amount.seconds(1, 3_600), "how long a handshake may take"),
  /** How long a client may be silent. */
  CLIENT_TIMEOUT(
      "client.timeout", "20m", Amount.seconds(1, 3_600), "silence after which a client is closed"),
  /** How long upstream may owe answers without any progress. */
  UPSTREAM_TIMEOUT(
      "upstream.timeout",
      "60s",
      Amount.seconds(1, 3_600),
      "time without progress after which upstream is dialled anew");

  private final OptionDescription description;

  Option(String name, String defaultValue, OptionType type, String meaning) {
    description = new OptionDescription(name, defaultValue, type, meaning);
  }

  /**
   * All that is said of it.
   *
   * @return name, default, type and meaning
   */
  public OptionDescription description() {
    return description;
  }

  /**
   * The name in configuration.
   *
   * @return such as {@code "window.items"}
   */
  public String optionName() {
    return description.name();
  }

  /**
   * The default, as it would be written.
   *
   * @return empty if there is none
   */
  public String defaultValue() {
    return description.defaultValue();
  }

  /**
   * The name of the environment variable that sets it.
   *
   * @return such as {@code "MULTIPLEXER_WINDOW_ITEMS"}
   */
  public String environmentName() {
    return Configuration.ENVIRONMENT_PREFIX
        + optionName().toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /**
   * Reads an amount.
   *
   * @param text what was written
   * @return items, bytes or seconds
   * @throws IllegalArgumentException naming the option, the text and the bounds
   */
  public long parse(String text) {
    return description.parse(text);
  }

  /**
   * Refuses an amount out of bounds.
   *
   * @param value items, bytes or seconds
   * @return the value
   * @throws IllegalArgumentException naming the option, the value and the bounds
   */
  public long check(long value) {
    return description.check(value);
  }

  /**
   * Finds an option.
   *
   * @param name as in {@link #optionName}
   * @return the option; empty if there is none
   */
  public static Optional<Option> named(String name) {
    return Arrays.stream(values()).filter(o -> o.optionName().equals(name)).findFirst();
  }
}
