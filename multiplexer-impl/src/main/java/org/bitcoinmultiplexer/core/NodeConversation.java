package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Message;

/**
 * The protocol's side of one upstream connection: the handshake, what the node asks of us, and the
 * news in what it says. Confined to the engine's loop.
 */
public interface NodeConversation {

  /** The connection is open: the moment to say hello. */
  void onOpen();

  /**
   * The node said something. Notifications are derived here, from answers as well.
   *
   * @param message not yet validated
   * @return true if that was all; false if it may answer an exchange and is to be routed
   */
  boolean onMessage(Message message);

  /** The node has been silent for a while: a good moment to ask whether it is still there. */
  void onIdle();

  /** The connection is gone. */
  void onClosed();
}
