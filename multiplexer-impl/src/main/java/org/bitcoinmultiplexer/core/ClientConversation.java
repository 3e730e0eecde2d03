package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Message;

/**
 * The protocol's side of a session: understands what a client says and decides what is asked and
 * answered for it.
 *
 * <p>Confined to the session's loop. What it throws ends this session and no other.
 */
public interface ClientConversation {

  /**
   * The client said something.
   *
   * @param message not yet validated
   */
  void onMessage(Message message);

  /**
   * Something happened. Only called once the client is {@linkplain ClientContext#ready ready}.
   *
   * @param news what the protocol published
   */
  void onNews(Notification news);

  /**
   * Whether the client has said something that is to be answered later, of which the session does
   * not know.
   *
   * @return true as long as it would be wrong to end the session although nothing else is asked
   */
  default boolean isWaiting() {
    return false;
  }

  /** The client has been silent for a while: a good moment to ask whether it is still there. */
  void onIdle();

  /** The session has ended; nothing follows. */
  void onClosed();
}
