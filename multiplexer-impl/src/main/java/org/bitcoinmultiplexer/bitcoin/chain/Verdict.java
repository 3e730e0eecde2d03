package org.bitcoinmultiplexer.bitcoin.chain;

import java.util.Objects;

/** The outcome of a check: valid, or not and why. */
public final class Verdict {

  /** Nothing is wrong. */
  public static final Verdict VALID = new Verdict("");

  private final String reason;

  private Verdict(String reason) {
    this.reason = reason;
  }

  static Verdict invalid(String reason) {
    return new Verdict(Objects.requireNonNull(reason, "reason"));
  }

  /**
   * Whether nothing is wrong.
   *
   * @return true if so
   */
  public boolean isValid() {
    return this == VALID;
  }

  /**
   * What is wrong, for a log.
   *
   * @return empty if nothing is
   */
  public String reason() {
    return reason;
  }

  @Override
  public String toString() {
    return isValid() ? "valid" : "invalid: " + reason;
  }
}
