package org.bitcoinmultiplexer.bitcoin.wire;

/**
 * A message whose body is not what its command promises.
 *
 * <p>Carries no stack trace: it tells of a fault in what a peer sent, not of one in this code, and
 * a hostile peer can cause it as often as it likes.
 */
public final class MalformedMessageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Whether a node would disconnect for it. */
  private final boolean misbehaviour;

  private MalformedMessageException(String reason, boolean misbehaviour) {
    super(reason, null, false, false);
    this.misbehaviour = misbehaviour;
  }

  /**
   * A body that cannot be read. Bitcoin Core drops such a message and keeps the connection.
   *
   * @param reason names the field and its value
   */
  public MalformedMessageException(String reason) {
    this(reason, false);
  }

  /**
   * A body that can be read but goes beyond a limit of the protocol. Bitcoin Core disconnects.
   *
   * @param reason names the field, its value and the limit
   * @return the exception, to be thrown
   */
  public static MalformedMessageException misbehaviour(String reason) {
    return new MalformedMessageException(reason, true);
  }

  /**
   * Whether Bitcoin Core would disconnect the sender, rather than drop the message in silence.
   *
   * @return true for a limit that was passed, false for bytes that could not be read
   */
  public boolean isMisbehaviour() {
    return misbehaviour;
  }
}
