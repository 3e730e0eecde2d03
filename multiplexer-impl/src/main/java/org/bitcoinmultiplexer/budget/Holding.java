package org.bitcoinmultiplexer.budget;

import org.bitcoinmultiplexer.metrics.Counter;

/**
 * Memory that is held for a while, in bytes. Each has a part of what all hosts together may hold.
 */
public enum Holding {
  /** What was received: half of a message, or a request that waits for its turn. */
  RECEIVED(1, Counter.BUDGET_DELAYED_RECEIVED),

  /** What is owed: expected for a client, held back behind something else, or not yet taken. */
  OWED(2, Counter.BUDGET_DELAYED_OWED);

  static final int PARTS = 3;

  final Counter delayed;
  private final int parts;

  Holding(int parts, Counter delayed) {
    this.parts = parts;
    this.delayed = delayed;
  }

  /**
   * How many of the bytes for everything are for this.
   *
   * @param bytes that all hosts together may hold of everything
   * @return at least 1
   */
  public long ceiling(long bytes) {
    return Math.max(1, bytes / PARTS * parts);
  }
}
