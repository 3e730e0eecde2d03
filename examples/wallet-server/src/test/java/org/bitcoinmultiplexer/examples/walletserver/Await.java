package org.bitcoinmultiplexer.examples.walletserver;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for what another process, or another thread, brings about. */
final class Await {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Await() {}

  static <T> T until(Callable<T> question, Predicate<T> enough) throws Exception {
    long start = System.nanoTime();
    while (true) {
      T answer = question.call();
      if (enough.test(answer)) {
        return answer;
      }
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("in vain; at last: " + answer);
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
  }
}
