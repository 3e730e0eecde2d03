package org.bitcoinmultiplexer.examples.walletserver.wallets;

/** Something was asked of a wallet that cannot be; the message tells the caller in a line. */
public final class WalletException extends Exception {

  private static final long serialVersionUID = 1;

  /** Whose fault it is. */
  public enum Kind {
    /** What was asked makes no sense. */
    INVALID,
    /** There is no such wallet. */
    UNKNOWN,
    /** It makes sense, but not with the wallet as it is. */
    REFUSED,
    /** It could not be written down, so it was not done. */
    STORAGE
  }

  private final Kind kind;

  WalletException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  WalletException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** Whose fault it is. */
  public Kind kind() {
    return kind;
  }
}
