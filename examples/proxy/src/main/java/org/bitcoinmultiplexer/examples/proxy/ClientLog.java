package org.bitcoinmultiplexer.examples.proxy;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tells of what strangers do, who may do it any number of times: of each kind the first few in a
 * minute in full, and at the end of the minute how many more there were. Safe for use by any number
 * of threads.
 */
final class ClientLog {

  static final Duration INTERVAL = Duration.ofMinutes(1);
  static final int LINES_PER_KIND = 5;

  /** What a stranger chooses must not make kinds without end. */
  private static final int MOST_KINDS = 10;

  private static final String OTHER_KINDS = "of other kinds";
  private static final Pattern VARIABLE = Pattern.compile("\\b(?:[0-9a-f]{8,}|[0-9]+)\\b");

  private final BiConsumer<Duration, Runnable> later;
  private final Consumer<String> log;
  private final Map<String, Long> seen = new LinkedHashMap<>(); // by kind, in this interval

  /**
   * A log in which nothing has happened.
   *
   * @param later runs a task after a time
   * @param log takes the lines
   */
  ClientLog(BiConsumer<Duration, Runnable> later, Consumer<String> log) {
    this.later = later;
    this.log = log;
  }

  /**
   * Something has happened.
   *
   * @param what in words that are the same for all that are to be counted together, but for numbers
   * @param line all that is to be said of it
   */
  synchronized void tell(String what, String line) {
    if (seen.isEmpty()) {
      later.accept(INTERVAL, this::sumUp);
    }
    String kind = VARIABLE.matcher(what).replaceAll("..");
    if (!seen.containsKey(kind) && seen.size() >= MOST_KINDS) {
      kind = OTHER_KINDS;
    }
    if (seen.merge(kind, 1L, Long::sum) <= LINES_PER_KIND) {
      log.accept(line);
    }
  }

  private synchronized void sumUp() {
    String more =
        seen.entrySet().stream()
            .filter(kind -> kind.getValue() > LINES_PER_KIND)
            .map(kind -> kind.getValue() - LINES_PER_KIND + " " + kind.getKey())
            .collect(Collectors.joining("; "));
    seen.clear();
    if (!more.isEmpty()) {
      log.accept("in the last " + INTERVAL.toSeconds() + " s also: " + more);
    }
  }
}
