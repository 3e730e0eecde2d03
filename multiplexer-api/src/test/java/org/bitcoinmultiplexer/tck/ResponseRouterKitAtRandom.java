package org.bitcoinmultiplexer.tck;

import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.junit.jupiter.api.Test;

/**
 * The part of {@link ResponseRouterKit} that tries many conversations, see {@link
 * RandomConversation}. System property {@code tck.seed} repeats one, {@code tck.runs} tries more.
 */
public interface ResponseRouterKitAtRandom {

  /**
   * Makes the router to test.
   *
   * @param dialect a toy
   * @param window how much may be in flight
   * @return a new router
   */
  ResponseRouter newRouter(Dialect dialect, Window window);

  /**
   * Whether the router relies on a peer that answers a request only when it has echoed every marker
   * before it. Any router may rely on the weaker order that each marker is echoed in turn, and
   * behind the answers to what stands before it.
   *
   * @return false, unless a test says otherwise
   */
  default boolean reliesOnTurns() {
    return false;
  }

  @Test
  default void deliversEveryAnswerOnceAndToWhomItBelongs() {
    long first = Long.getLong("tck.seed", System.nanoTime());
    int runs = Integer.getInteger("tck.runs", 500);
    for (long seed = first; seed < first + runs; seed++) {
      try {
        new RandomConversation(this::newRouter, reliesOnTurns(), seed).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "fails with -Dtck.runs=1 -Dtck.seed=" + seed + ": " + e.getMessage(), e);
      }
    }
  }
}
