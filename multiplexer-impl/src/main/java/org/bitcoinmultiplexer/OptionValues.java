package org.bitcoinmultiplexer;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.config.Option;

/** Says options to a builder that are given as text. */
final class OptionValues {

  private OptionValues() {}

  /** Says to a builder in its own words what an option has as text. */
  static void apply(MultiplexerBuilder builder, Option option, String value) {
    switch (option) {
      case NETWORK -> builder.network(Network.of(value));
      case SIGNET_CHALLENGE -> builder.signetChallenge(hex(option, value));
      case UPSTREAM -> builder.upstream(value);
      case STRATEGY -> builder.strategy(value);
      case DATA_DIR -> builder.dataDirectory(directory(option, value));
      case WINDOW_ITEMS -> builder.windowItems(option.parse(value));
      case WINDOW_BYTES -> builder.windowBytes(option.parse(value));
      case CLIENTS_MAX -> builder.maxClients(whole(option, value));
      case CLIENTS_PER_ADDRESS -> builder.maxClientsPerAddress(whole(option, value));
      case CLIENTS_THREADS -> builder.clientThreads(whole(option, value));
      case CLIENT_BUFFER -> builder.clientBuffer(option.parse(value));
      case SERVE_BLOCKS -> builder.serveBlocks(yesOrNo(option, value));
      case SUBMIT_BLOCKS -> builder.submitBlocks(yesOrNo(option, value));
      case BLOOM -> builder.bloom(yesOrNo(option, value));
      case HANDSHAKE_TIMEOUT -> builder.handshakeTimeout(time(option, value));
      case CLIENT_TIMEOUT -> builder.clientTimeout(time(option, value));
      case UPSTREAM_TIMEOUT -> builder.upstreamTimeout(time(option, value));
    }
  }

  private static Duration time(Option option, String value) {
    return Duration.ofSeconds(option.parse(value));
  }

  private static int whole(Option option, String value) {
    return Math.toIntExact(option.parse(value));
  }

  private static boolean yesOrNo(Option option, String value) {
    option.description().check(value);
    return Boolean.parseBoolean(value);
  }

  private static byte[] hex(Option option, String value) {
    try {
      return HexFormat.of().parseHex(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          option.optionName() + ": '" + value + "' is not made of pairs of hexadecimal digits", e);
    }
  }

  private static Path directory(Option option, String value) {
    try {
      if (!value.isEmpty()) {
        return Path.of(value);
      }
    } catch (InvalidPathException e) {
      // Refused below, together with an empty one.
    }
    throw new IllegalArgumentException(option.optionName() + ": '" + value + "' is no directory");
  }
}
