package org.bitcoinmultiplexer.core;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before dialling again: doubling from 250 ms to 30 s, each time shortened by a
 * random part of up to a half, so that many multiplexers do not knock in step.
 */
final class Backoff {

  private static final long FIRST_MILLIS = 250;
  private static final long LONGEST_MILLIS = 30_000;

  private final RandomGenerator random;
  private long millis = FIRST_MILLIS;

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    long delay = millis - (long) (random.nextDouble() * millis / 2);
    millis = Math.min(LONGEST_MILLIS, millis * 2);
    return Duration.ofMillis(delay);
  }

  void reset() {
    millis = FIRST_MILLIS;
  }
}
