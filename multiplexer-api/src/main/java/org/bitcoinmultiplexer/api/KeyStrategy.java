package org.bitcoinmultiplexer.api;

import java.util.Set;

/**
 * Names the answer that a request waits for, so that request and response can be matched by
 * content: the first of the three answers of 2011.
 *
 * <p>A key finds, {@link #answers} decides: keys may be shortened to almost unique ones, and the
 * full check still keeps a wrong answer from being delivered.
 *
 * <p>Implementations are pure functions: safe on any thread, and total over well-formed and
 * malformed messages alike (a message that cannot be read has no keys and answers nothing).
 */
public interface KeyStrategy {

  /**
   * The keys of the answers that a request waits for.
   *
   * @param request a request as it is written upstream
   * @return one key per item of the request; empty if its answer cannot be told apart by key
   */
  Set<Key> requestKeys(Message request);

  /**
   * Every key that a message could satisfy, or refuses.
   *
   * @param response a message from upstream
   * @return its keys; empty for an announcement and for an answer without a key
   */
  Set<Key> responseKeys(Message response);

  /**
   * The full check whether a message is an answer, or a part of one, to a request. Cheap: what
   * costs as much as hashing a whole block is checked later, once, before anybody gets it.
   *
   * @param request a request as it was written upstream
   * @param response a message from upstream
   * @return whether it answers, or refuses, this request
   */
  boolean answers(Message request, Message response);

  /**
   * Whether an answer is complete with this message; for a request with several keys, whether it is
   * complete for the keys found in the message. False where an answer has many messages and only a
   * marker ends it.
   *
   * @param request a request
   * @param response a message that {@link #answers} it
   * @return true if nothing can follow
   */
  boolean completes(Message request, Message response);

  /**
   * Whether a message tells that there is no answer, for each of its keys.
   *
   * @param response a message from upstream
   * @return true for a refusal such as {@code notfound}
   */
  boolean refuses(Message response);
}
