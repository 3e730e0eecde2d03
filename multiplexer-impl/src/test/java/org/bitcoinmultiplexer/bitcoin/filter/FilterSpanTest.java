package org.bitcoinmultiplexer.bitcoin.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FilterSpanTest {

  @Test
  void servesAsManyAsCoreDoes() {
    assertThat(span(0, 0, 999, 1000)).isEqualTo(new FilterSpan(0, 999));
    assertThat(span(0, 5000, 5999, 1000).size()).isEqualTo(1000);
    assertThat(span(0, 7, 7, 1000)).isEqualTo(new FilterSpan(7, 7));
    assertThat(span(0, 1, 2000, 2000).size()).isEqualTo(2000);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 0, 1000, 'filter type 1'",
    "0, 0, -1, 1000, 'stop hash is not known'",
    "0, 8, 7, 1000, 'start height 8 is above 7'",
    "0, 4294967295, 7, 1000, 'start height 4294967295 is above 7'",
    "0, 0, 1000, 1000, '1001 blocks are above the limit of 1000'",
    "0, 0, 2000, 2000, '2001 blocks are above the limit of 2000'",
    "0, 0, 2147483646, 2000, '2147483647 blocks are above the limit of 2000'",
  })
  void refusesWhatCoreDisconnectsFor(int type, long start, int stop, int limit, String reason) {
    assertThatThrownBy(() -> span(type, start, stop, limit))
        .isInstanceOfSatisfying(
            MalformedMessageException.class, e -> assertThat(e.isMisbehaviour()).isTrue())
        .hasMessageStartingWith("getcfilters: ")
        .message()
        .satisfies(
            message ->
                assertThat(message.replace(Hash.ZERO + " ", ""))
                    .isEqualTo("getcfilters: " + reason));
  }

  @Test
  void refusesNoHeightsAtAll() {
    assertThatThrownBy(() -> new FilterSpan(3, 2)).hasMessage("heights 3 to 2");
    assertThatThrownBy(() -> new FilterSpan(-1, 2)).isInstanceOf(IllegalArgumentException.class);
  }

  private static FilterSpan span(int type, long start, int stopHeight, int limit) {
    return FilterSpan.of("getcfilters", new FilterRange(type, start, Hash.ZERO), stopHeight, limit);
  }
}
