package org.bitcoinmultiplexer.examples.benchmarks;

import java.util.Arrays;

/** How long each request of a run took. */
final class Latencies {

  private long[] nanos = new long[1024];
  private int size;
  private long elapsed;

  void add(long one) {
    if (size == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * size);
    }
    nanos[size++] = one;
  }

  /** The run is over. */
  void end(long elapsedNanos) {
    elapsed = elapsedNanos;
    Arrays.sort(nanos, 0, size);
  }

  int count() {
    return size;
  }

  double perSecond() {
    return size * 1e9 / elapsed;
  }

  /** A percentile in microseconds. */
  double micros(double percent) {
    if (size == 0) {
      throw new IllegalStateException("not one request was answered");
    }
    int index = (int) Math.ceil(percent / 100 * size) - 1;
    return nanos[Math.max(0, index)] / 1e3;
  }
}
