package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogThrottleTest {

  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  @Test
  void isMadeAtOnceAndThenOnceAMinuteForAllThatHappenedSince() {
    LogThrottle complaint = new LogThrottle();
    long start = Long.MAX_VALUE - 5; // it may overflow at any time
    assertThat(complaint.count(start)).isEqualTo(1);
    assertThat(complaint.count(start + 10)).isZero();
    assertThat(complaint.count(start + MINUTE - 1)).isZero();
    assertThat(complaint.count(start + MINUTE)).isEqualTo(3);
    assertThat(complaint.count(start + 3 * MINUTE)).isEqualTo(1);
  }
}
