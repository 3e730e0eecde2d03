package org.bitcoinmultiplexer.examples.benchmarks;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A way from the clients to the node. */
enum Way {
  DIRECT("direct"),
  HAPROXY("haproxy"),
  PASSTHROUGH("passthrough"),
  SERIAL("serial"),
  KEY("key"),
  SEQUENCE("sequence"),
  /** Ids alone: nothing is joined, each request has a marker of its own. */
  SEQUENCE_ALONE("sequence, alone"),
  /** Two multiplexers, of which the one in front asks the other by number. */
  SEQUENCE_CHAINED("sequence, chained"),
  CACHE("cache"),
  /** Everything over Netty, on one of its event loops, which is the engine's too. */
  KEY_NETTY("key, netty");

  static final List<Way> ALL = List.of(values());

  private final String label;

  Way(String label) {
    this.label = label;
  }

  /** Some of them by name, such as {@code key_netty}; always with the direct one to compare to. */
  static List<Way> list(String names) {
    Set<Way> ways = EnumSet.of(DIRECT);
    for (String name : names.split(",")) {
      ways.add(
          ALL.stream()
              .filter(way -> way.name().equals(name.toUpperCase(Locale.ROOT)))
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException("--ways: " + name + " is no way")));
    }
    return ways.stream().toList();
  }

  /** Whether the multiplexer is on it. */
  boolean isOurs() {
    return this != DIRECT && this != HAPROXY;
  }

  String strategy() {
    return switch (this) {
      case KEY_NETTY -> "key";
      case SEQUENCE_ALONE, SEQUENCE_CHAINED -> "sequence";
      default -> label;
    };
  }

  /** Options of the multiplexer, as {@code NAME=VALUE}. */
  List<String> options() {
    return this == SEQUENCE_ALONE ? List.of("sequence.join=false") : List.of();
  }

  @Override
  public String toString() {
    return label;
  }
}
