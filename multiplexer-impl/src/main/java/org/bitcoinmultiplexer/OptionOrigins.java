package org.bitcoinmultiplexer;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.bitcoinmultiplexer.config.Origin;
import org.jspecify.annotations.Nullable;

/**
 * Who said which option, and whose word counts: a configuration overrules typed calls, whichever
 * came first; the same thing twice at one level is refused.
 */
final class OptionOrigins {

  private record Word(Origin origin, boolean configured) {}

  private final Map<String, Word> words = new HashMap<>();
  private @Nullable Origin configuring; // null while the builder is called

  /** What is said meanwhile comes from a configuration. */
  void configuring(Origin origin, Runnable speech) {
    configuring = origin;
    try {
      speech.run();
    } finally {
      configuring = null;
    }
  }

  /** Who speaks. */
  Origin speaker() {
    return configuring == null ? Origin.BUILDER : configuring;
  }

  /**
   * Somebody says an option.
   *
   * @param option its name
   * @param judgement refuses a bad value
   * @param keep is given the value unless it is overruled
   */
  <T> void say(String option, Supplier<T> judgement, Consumer<? super T> keep) {
    T value = speaker().blamed(judgement);
    boolean configured = configuring != null;
    Word earlier = words.get(option);
    if (earlier != null && earlier.configured == configured) {
      throw new IllegalArgumentException(
          "option '"
              + option
              + "' is set twice (from "
              + earlier.origin
              + " and "
              + speaker()
              + ")");
    }
    if (earlier == null || configured) {
      words.put(option, new Word(speaker(), configured));
      keep.accept(value);
    }
  }

  /** Where an option was said whose value counts. */
  Origin origin(String option) {
    Word word = words.get(option);
    return word == null ? Origin.BUILDER : word.origin;
  }
}
