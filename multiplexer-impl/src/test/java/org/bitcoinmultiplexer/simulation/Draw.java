package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * Chance, all of it from one seed. Whoever acts on his own has a draw of his own, so that the order
 * in which two of them act at the same instant changes neither.
 */
final class Draw implements RandomGenerator {

  private final SplittableRandom random;

  Draw(long seed) {
    random = new SplittableRandom(seed);
  }

  /** An independent one. */
  Draw split() {
    return new Draw(random.nextLong());
  }

  @Override
  public long nextLong() {
    return random.nextLong();
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  int between(int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  <T> T of(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  /** A duration that is memoryless, as the intervals between independent events. */
  Duration about(double millis) {
    return Duration.ofNanos((long) (-Math.log(1 - random.nextDouble()) * millis * 1e6));
  }

  /** A duration within limits, in milliseconds. */
  Duration within(double least, double most) {
    return Duration.ofNanos((long) ((least + random.nextDouble() * (most - least)) * 1e6));
  }

  byte[] bytes(int size) {
    byte[] bytes = new byte[size];
    random.nextBytes(bytes);
    return bytes;
  }

  /** A hash of nothing that exists. */
  Hash hash() {
    return Hash.read(bytes(Hash.SIZE), 0);
  }
}
