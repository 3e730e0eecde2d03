package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AllowanceTest {

  private static final long SECOND = 1_000_000_000L;

  private final Allowance allowance = new Allowance(3, 2, 100);

  @Test
  void givesABurstAndThenNothing() {
    assertThat(taken(100)).isEqualTo(3);
    assertThat(allowance.take(100)).isFalse();
  }

  @Test
  void refillsAtItsRateWithoutLosingFractions() {
    taken(100);

    assertThat(taken(100 + SECOND / 4)).isZero();
    assertThat(taken(100 + SECOND / 2)).isEqualTo(1);
    assertThat(taken(100 + SECOND * 3 / 4)).isZero();
    assertThat(taken(100 + SECOND)).isEqualTo(1);
  }

  @Test
  void isNeverMoreThanFull() {
    assertThat(taken(100 + 3600 * SECOND)).isEqualTo(3);
  }

  private int taken(long now) {
    int taken = 0;
    while (allowance.take(now)) {
      taken++;
    }
    return taken;
  }
}
