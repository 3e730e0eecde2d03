package org.bitcoinmultiplexer.config;

import com.google.common.collect.ImmutableMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an amount is counted in, and how it may be written. */
public enum Unit {
  /** Things: a bare number. */
  ITEMS("not a whole number", ImmutableMap.of()),
  /** Bytes: a bare number, or one with a decimal or binary unit. */
  BYTES(
      "no number of bytes",
      ImmutableMap.<String, Long>builder()
          .put("TB", 1_000_000_000_000L)
          .put("GB", 1_000_000_000L)
          .put("MB", 1_000_000L)
          .put("kB", 1_000L)
          .put("TiB", 1L << 40)
          .put("GiB", 1L << 30)
          .put("MiB", 1L << 20)
          .put("KiB", 1L << 10)
          .put("B", 1L)
          .buildOrThrow()),
  /** Seconds: a bare number, or one with the unit of a time. */
  SECONDS("no time", ImmutableMap.of("h", 3_600L, "m", 60L, "s", 1L));

  private static final Pattern AMOUNT = Pattern.compile("(-?[0-9]+) ?([a-z]*)");

  private final String refusal;
  private final ImmutableMap<String, Long> factors; // the largest decimal first

  Unit(String refusal, ImmutableMap<String, Long> factors) {
    this.refusal = refusal;
    this.factors = factors;
  }

  /** Reads an amount; upper and lower case are one. */
  long parse(String text) {
    Matcher matcher = AMOUNT.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      String unit = matcher.group(2);
      try {
        long number = Long.parseLong(matcher.group(1));
        if (unit.isEmpty()) {
          return number;
        }
        for (Map.Entry<String, Long> factor : factors.entrySet()) {
          if (factor.getKey().toLowerCase(Locale.ROOT).equals(unit)) {
            return Math.multiplyExact(number, factor.getValue());
          }
        }
      } catch (ArithmeticException | NumberFormatException e) {
        throw new IllegalArgumentException("'" + text + "' is too large a number", e);
      }
    }
    throw new IllegalArgumentException("'" + text + "' is " + refusal + examples());
  }

  private String examples() {
    return switch (this) {
      case ITEMS -> "";
      case BYTES -> ", such as 20000000, 20MB or 64MiB";
      case SECONDS -> ", such as 90, 90s or 20m";
    };
  }

  /** Writes an amount as people do. */
  String format(long amount) {
    for (Map.Entry<String, Long> factor : factors.entrySet()) {
      if (amount >= factor.getValue() && amount % factor.getValue() == 0) {
        return amount / factor.getValue() + factor.getKey();
      }
    }
    return Long.toString(amount);
  }
}
