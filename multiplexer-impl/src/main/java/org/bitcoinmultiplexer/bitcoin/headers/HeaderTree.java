package org.bitcoinmultiplexer.bitcoin.headers;

import org.bitcoinmultiplexer.bitcoin.wire.Headers;

/** Headers to which more are added as the node shows them. */
public interface HeaderTree {

  /** What became of headers. */
  enum Result {
    /** They build on what is known, or are known. */
    CONNECTED,
    /** They build on something that is not known. */
    UNCONNECTED,
    /** They are not consecutive, or break {@link HeaderRules}. */
    UNTRUE
  }

  /**
   * What is known.
   *
   * @return as of now; it may go on changing
   */
  HeaderView view();

  /**
   * Adds what builds on known headers; the best chain need not change.
   *
   * @param headers in the order of a {@code headers} message
   * @return what became of them
   */
  Result add(Headers headers);
}
