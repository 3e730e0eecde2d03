package org.bitcoinmultiplexer.metrics;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.GeneratedPage;
import org.junit.jupiter.api.Test;

class CounterTest {

  @Test
  void allAreThereFromTheStartWithZero() {
    try (BitcoinMultiplexer multiplexer =
        BitcoinMultiplexer.builder().upstream("localhost:1").build()) {
      Map<String, Long> counters = multiplexer.stats().counters();
      assertThat(counters.keySet())
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(Counter.values()).map(Counter::id).toList());
      assertThat(counters.values()).containsOnly(0L);
    }
  }

  @Test
  void theirPageSaysWhatTheCodeSays() {
    GeneratedPage.of(
            ".github/COUNTERS.md",
            """
            # Counters

            What `Multiplexer.stats()` counts. Each is there from the start with 0 and only rises.

            | counter | counts |
            |---|---|
            """
                + Arrays.stream(Counter.values())
                    .map(counter -> row(counter.id(), counter.description()))
                    .collect(joining()))
        .assertUpToDate();
  }

  private static String row(String id, String description) {
    return "| `" + id + "` | " + description + " |\n";
  }

  @Test
  void namesAreUniqueAndDescribed() {
    assertThat(Arrays.stream(Counter.values()).map(Counter::id)).doesNotHaveDuplicates();
    assertThat(Counter.values())
        .allSatisfy(
            counter -> {
              assertThat(counter.id()).matches("[a-z0-9]+([.-][a-z0-9]+)*");
              assertThat(counter.description()).isNotBlank().doesNotContain("|");
            });
  }

  @Test
  void rulesAreTheEndsOfTheNames() {
    assertThat(Counter.CLOSED_SLOW_READER.rule()).isEqualTo("slow-reader");
    assertThat(Counter.limitOf("getdata")).isSameAs(Counter.CLOSED_LIMIT_GETDATA);
    assertThat(Counter.limitOf("getsomething")).isSameAs(Counter.CLOSED_BAD_REQUEST);
    assertThatThrownBy(Counter.NEWS_BLOCKS::rule).isInstanceOf(IllegalStateException.class);
  }
}
