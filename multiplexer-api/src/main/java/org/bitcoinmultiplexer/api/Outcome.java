package org.bitcoinmultiplexer.api;

import java.util.List;

/**
 * How an exchange ended: answered, absent, or failed. Immutable.
 *
 * <p>Only {@link Answered} may be shared with somebody who asks later: "not found" on a shared
 * connection means "not now, not here".
 */
public sealed interface Outcome {

  /**
   * Upstream answered.
   *
   * @param messages the answer in the order of its arrival; at least one
   */
  record Answered(List<Message> messages) implements Outcome {

    /**
     * Takes a copy of the list.
     *
     * @param messages the answer in the order of its arrival; at least one
     */
    public Answered {
      messages = List.copyOf(messages);
      if (messages.isEmpty()) {
        throw new IllegalArgumentException("an answer has at least one message");
      }
    }

    /**
     * The first, and most often only, message.
     *
     * @return the message
     */
    public Message message() {
      return messages.get(0);
    }
  }

  /** Upstream has no answer: it said so, or its silence was proven by a marker. */
  record Absent() implements Outcome {

    /** The one instance anybody needs. */
    public static final Absent INSTANCE = new Absent();
  }

  /**
   * Nobody knows: upstream is not there, was lost again and again, hangs up on who asks that, or
   * answered with something that is not true.
   *
   * @param reason in words
   */
  record Failed(String reason) implements Outcome {}
}
