package org.bitcoinmultiplexer.examples.proxy.peers;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting with a deadline. */
public final class Await {

  /** How long anything may take that should take no time. */
  public static final Duration PATIENCE = Duration.ofSeconds(60);

  private Await() {}

  /**
   * Asks again until the answer is yes. Only for what another process knows and does not tell.
   *
   * @param what said when the deadline has passed
   */
  public static void until(Supplier<String> what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + PATIENCE + ": " + what.get());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** Waits for a result; its failure becomes an {@link AssertionError}. */
  public static <T> T result(CompletableFuture<T> future, Supplier<String> what) {
    return result(future, what, PATIENCE);
  }

  static <T> T result(CompletableFuture<T> future, Supplier<String> what, Duration patience) {
    try {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not within " + patience + ": " + what.get(), e);
    } catch (ExecutionException e) {
      throw new AssertionError(what.get() + ": " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting: " + what.get(), e);
    }
  }
}
