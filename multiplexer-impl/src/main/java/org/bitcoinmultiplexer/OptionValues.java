package org.bitcoinmultiplexer;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/** Reads the values of options from text and refuses, naming the option and the value. */
final class OptionValues {

  private OptionValues() {}

  /** Says to a builder in its own words what an option has as text. */
  static void apply(MultiplexerBuilder builder, Option option, String value) {
    switch (option) {
      case NETWORK -> builder.network(Network.of(value));
      case UPSTREAM -> builder.upstream(value);
      case STRATEGY -> builder.strategy(value);
      case DATA_DIR -> builder.dataDirectory(directory(option, value));
      case WINDOW_ITEMS -> builder.windowItems(number(option, value));
      case WINDOW_BYTES -> builder.windowBytes(number(option, value));
      case CLIENTS_MAX -> builder.maxClients(whole(option, value));
      case CLIENTS_PER_ADDRESS -> builder.maxClientsPerAddress(whole(option, value));
      case CLIENTS_THREADS -> builder.clientThreads(whole(option, value));
      case CLIENT_BUFFER -> builder.clientBuffer(number(option, value));
      case SERVE_BLOCKS -> builder.serveBlocks(yesOrNo(option, value));
      case SUBMIT_BLOCKS -> builder.submitBlocks(yesOrNo(option, value));
      case BLOOM -> builder.bloom(yesOrNo(option, value));
      case HANDSHAKE_TIMEOUT -> builder.handshakeTimeout(seconds(option, value));
      case CLIENT_TIMEOUT -> builder.clientTimeout(seconds(option, value));
      case UPSTREAM_TIMEOUT -> builder.upstreamTimeout(seconds(option, value));
    }
  }

  static long within(Option option, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          option.optionName() + ": " + value + " is out of range; " + option.description());
    }
    return value;
  }

  /** A second to an hour, as every time there is. */
  static Duration seconds(Option option, Duration value) {
    return Duration.ofSeconds(within(option, value.toSeconds(), 1, 3_600));
  }

  private static Duration seconds(Option option, String value) {
    return Duration.ofSeconds(whole(option, value));
  }

  private static long number(Option option, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          option.optionName() + ": '" + value + "' is not a whole number; " + option.description());
    }
  }

  /** A number that fits an int, so that what is far out of range is refused as such. */
  private static int whole(Option option, String value) {
    return (int) within(option, number(option, value), 0, Integer.MAX_VALUE);
  }

  private static boolean yesOrNo(Option option, String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw new IllegalArgumentException(
              option.optionName() + ": '" + value + "' is neither true nor false");
    };
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

  /** A number of bytes that a strategy's own option has. */
  static long bytes(String name, String value, long least) {
    long bytes = -1;
    try {
      bytes = Long.parseLong(value);
    } catch (NumberFormatException e) {
      // Refused below, together with a number that is too small.
    }
    if (bytes < least) {
      throw new IllegalArgumentException(
          name + ": '" + value + "' is no number of bytes from " + least);
    }
    return bytes;
  }
}
