package org.bitcoinmultiplexer.api;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an amount is counted in, and how it may be written. */
@SuppressWarnings("ImmutableEnumChecker") // the maps are unmodifiable, and there is no Guava here
public enum AmountUnit {
  /** Things: a bare number. */
  ITEMS("not a whole number", Map.of()),
  /** Bytes: a bare number, or one with a decimal or binary unit. */
  BYTES(
      "no number of bytes",
      ordered(
          Map.entry("TB", 1_000_000_000_000L),
          Map.entry("GB", 1_000_000_000L),
          Map.entry("MB", 1_000_000L),
          Map.entry("kB", 1_000L),
          Map.entry("TiB", 1L << 40),
          Map.entry("GiB", 1L << 30),
          Map.entry("MiB", 1L << 20),
          Map.entry("KiB", 1L << 10),
          Map.entry("B", 1L))),
  /** Seconds: a bare number, or one with the unit of a time. */
  SECONDS("no time", ordered(Map.entry("h", 3_600L), Map.entry("m", 60L), Map.entry("s", 1L)));

  private static final Pattern AMOUNT = Pattern.compile("(-?[0-9]+) ?([a-z]*)");

  private final String refusal;
  private final Map<String, Long> factors; // the largest decimal first

  AmountUnit(String refusal, Map<String, Long> factors) {
    this.refusal = refusal;
    this.factors = factors;
  }

  @SafeVarargs
  private static Map<String, Long> ordered(Map.Entry<String, Long>... factors) {
    Map<String, Long> ordered = new LinkedHashMap<>();
    for (Map.Entry<String, Long> factor : factors) {
      ordered.put(factor.getKey(), factor.getValue());
    }
    return Collections.unmodifiableMap(ordered);
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
