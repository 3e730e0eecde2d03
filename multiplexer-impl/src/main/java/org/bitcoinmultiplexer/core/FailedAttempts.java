package org.bitcoinmultiplexer.core;

import java.util.HashSet;
import java.util.Set;

/**
 * What became of the attempts to have a question answered that failed. Confined to the engine's
 * loop.
 */
final class FailedAttempts {

  private static final long NEVER = Long.MIN_VALUE;

  private final Set<String> punishedBy = new HashSet<>(2); // of the nodes that are configured
  private long lostSince = NEVER;
  private int lies;
  private boolean blamed;

  /**
   * A connection was lost under the question.
   *
   * @return since when it has been going from one lost connection to the next
   */
  long lost(long now) {
    if (lostSince == NEVER) {
      lostSince = now;
    }
    return lostSince;
  }

  /** Upstream answered something else; how often by now. */
  int countLie() {
    return ++lies;
  }

  /** A connection ended on which the question was alone; whether that is not the first time. */
  boolean isBlamedAgain() {
    boolean before = blamed;
    blamed = true;
    return before;
  }

  /** A node hangs up on whoever asks this. */
  void punishedBy(String target) {
    punishedBy.add(target);
  }

  boolean wasPunishedBy(String target) {
    return punishedBy.contains(target);
  }
}
