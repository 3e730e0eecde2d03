package org.bitcoinmultiplexer.bitcoin.sequence;

/**
 * A requester broke the rules of numbers; its connection is to be given up.
 *
 * <p>Carries no stack trace: it tells of a fault in what a peer sent, and a hostile peer can cause
 * it as often as it likes.
 */
public final class SequenceViolationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * The end of a connection.
   *
   * @param reason in words, naming the value that was out of bounds
   */
  SequenceViolationException(String reason) {
    super(reason, null, false, false);
  }
}
