package org.bitcoinmultiplexer.api;

import java.util.Set;

/**
 * One request to upstream and its answer, which may be one message, many, or none.
 *
 * <p><b>Life.</b> OPEN —{@link #receive}*→ OPEN —{@link #complete} or {@link #fail}→ ENDED. It ends
 * exactly once; what comes afterwards is ignored and reported by {@link #ended()}. An exchange that
 * completes without having received anything is <em>absent</em>: upstream has no answer, or would
 * not give one. Absence is an answer of its own and quite common.
 *
 * <p><b>Threading.</b> Confined to the loop of the upstream it is admitted to.
 */
public interface Exchange {

  /**
   * What is asked, in the canonical form in which it is written upstream.
   *
   * @return the request
   */
  Message request();

  /**
   * The keys of {@link #request()}, computed once.
   *
   * @return as {@link KeyStrategy#requestKeys}
   */
  Set<Key> keys();

  /**
   * How many bytes the answer is expected to have, for the window.
   *
   * @return an estimate, at least 1
   */
  long weight();

  /**
   * Adds a message to the answer.
   *
   * @param part what {@link KeyStrategy#answers} the request; or what upstream says does, by its
   *     {@linkplain Numbering number}: the check of the whole answer decides
   */
  void receive(Message part);

  /** Ends the exchange with what was received: answered, or absent if that is nothing. */
  void complete();

  /**
   * Ends the exchange without an answer, whatever was received.
   *
   * @param reason in words
   */
  void fail(String reason);

  /**
   * Whether the exchange has ended.
   *
   * @return true after {@link #complete} or {@link #fail}
   */
  boolean ended();
}
