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

            Whoever embeds the library reads them with `Multiplexer.stats()`. Each is there from the
            start with 0 and only rises.

            A host is all clients of one address (of IPv6: of one network of 64 bits); a client on
            this machine counts alone. A budget is what one host may take of the memory, the time
            and the bandwidth that all share; who has used it up waits or is refused. A turn is when
            a client's share of the time is due again. A lie is an answer of the node that is not
            what was asked for: no client gets it.

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
