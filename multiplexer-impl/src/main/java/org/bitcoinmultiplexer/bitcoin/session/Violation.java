package org.bitcoinmultiplexer.bitcoin.session;

import org.bitcoinmultiplexer.metrics.Counter;

/**
 * A client went beyond a rule for which Bitcoin Core disconnects.
 *
 * <p>Carries no stack trace: it tells of a fault in what a peer sent, and a hostile peer can cause
 * it as often as it likes.
 */
final class Violation extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Counter rule;

  /**
   * The end of a session.
   *
   * @param rule the counter of the rule that was met
   * @param reason in words, naming the value that was out of bounds
   */
  Violation(Counter rule, String reason) {
    super(reason, null, false, false);
    this.rule = rule;
  }

  Counter rule() {
    return rule;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
