package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The threads that lived before a test, so that those it left behind can be told. */
final class TransportKitLeaks {

  /** Threads that the JDK, JUnit or Netty start once for the whole process, at first use. */
  private static final List<String> OF_THE_PROCESS =
      List.of(
          "ForkJoinPool.commonPool",
          "CompletableFutureDelayScheduler",
          "Cleaner-",
          "Common-Cleaner",
          "process reaper",
          "junit-",
          "globalEventExecutor",
          "ObjectCleanerThread",
          "surefire-",
          "Attach Listener");

  private final Set<Thread> before = Thread.getAllStackTraces().keySet();

  private TransportKitLeaks() {}

  static TransportKitLeaks watch() {
    return new TransportKitLeaks();
  }

  /** Fails if a thread started since lives on, after a moment in which it may end. */
  void assertNoThreadWasLeftBehind() throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
    List<String> alive = new ArrayList<>();
    Set<Thread> started =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> !before.contains(thread) && thread != Thread.currentThread())
            .filter(thread -> OF_THE_PROCESS.stream().noneMatch(thread.getName()::startsWith))
            .collect(Collectors.toSet());
    for (Thread thread : started) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      thread.join(Math.max(1, left));
      if (thread.isAlive()) {
        alive.add(thread.getName());
      }
    }
    assertThat(alive).as("threads that were left behind").isEmpty();
  }
}
