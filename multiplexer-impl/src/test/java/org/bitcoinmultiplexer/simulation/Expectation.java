package org.bitcoinmultiplexer.simulation;

import org.bitcoinmultiplexer.api.Message;

/** What a client is owed for one request. */
interface Expectation {

  /** What a message is to an expectation. */
  enum Verdict {
    /** Not a part of it: if nothing else is wrong, it got no more answer than it has. */
    FOREIGN,
    /** A part of it, and more may follow. */
    PART,
    /** The rest of it. */
    LAST
  }

  /**
   * An answer arrived.
   *
   * @param now in virtual nanoseconds
   */
  Verdict take(Message answer, long now);

  /**
   * A later request was answered, so this one gets no more.
   *
   * @return null if that is right, else in words what is missing
   */
  String endsHere(long now);

  /** Whether its client may be disconnected because nobody can answer it. */
  default boolean mayFail(long now) {
    return false;
  }

  /** Whether what is taken next has to follow at once, with nothing of anything else between. */
  default boolean isTied() {
    return false;
  }

  /** Nobody waits any more. */
  default void forget() {}
}
