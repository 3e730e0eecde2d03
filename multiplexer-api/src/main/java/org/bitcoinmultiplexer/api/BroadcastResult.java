package org.bitcoinmultiplexer.api;

import java.util.Optional;

/**
 * What became of a transaction that was to be broadcast. Immutable.
 *
 * @param status in a word
 * @param evidence what proved it; there if, and only if, it was accepted
 * @param detail in words: the same, or why it is not accepted
 */
public record BroadcastResult(Status status, Optional<Evidence> evidence, String detail) {

  /** In a word. */
  public enum Status {
    /** A node has it. */
    ACCEPTED,
    /** No node will ever have it. */
    REJECTED,
    /** No node has shown in the time given that it has it; one may, or may yet. */
    TIMED_OUT
  }

  /** What proves that a node accepted a transaction. Nodes do not say so, and none can be asked. */
  public enum Evidence {
    /** The node announced it. */
    ANNOUNCED,
    /** The node gave it to somebody who asked for it. */
    SENT,
    /** It is in a block of the node's best chain. */
    MINED,
    /** The node had shown that it has it a moment before it was handed in. */
    KNOWN
  }

  /**
   * It was accepted.
   *
   * @param evidence what proved it
   * @param detail the same in words
   * @return a result
   */
  public static BroadcastResult accepted(Evidence evidence, String detail) {
    return new BroadcastResult(Status.ACCEPTED, Optional.of(evidence), detail);
  }

  /**
   * It will never be accepted.
   *
   * @param reason in words
   * @return a result
   */
  public static BroadcastResult rejected(String reason) {
    return new BroadcastResult(Status.REJECTED, Optional.empty(), reason);
  }

  /**
   * Nothing is known.
   *
   * @param detail in words
   * @return a result
   */
  public static BroadcastResult timedOut(String detail) {
    return new BroadcastResult(Status.TIMED_OUT, Optional.empty(), detail);
  }
}
