package org.bitcoinmultiplexer.core;

import org.jspecify.annotations.Nullable;

/** What waits and is asked one after the other: of a client, or of several that take turns. */
interface Flow {

  /** What is to be asked next, without taking it; forgets what is not to be asked any more. */
  @Nullable RequestAttempt peek();

  /** Takes what {@link #peek} just returned; returns whether anything is left. */
  boolean take();

  /** Removes what was called off; returns how much is left. */
  int sweep();

  /** How much waits, what was called off included. */
  int size();

  /** Whether it has had more of what upstream answers than others need to wait for. */
  boolean isOverBudget();

  /** Nothing waits here any more, so it takes no more turns until something is added. */
  void idle();
}
