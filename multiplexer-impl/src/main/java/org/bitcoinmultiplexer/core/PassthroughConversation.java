package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Message;

/**
 * The protocol's side of a client that has an upstream connection of its own. Confined to {@link
 * PassthroughContext#loop()}.
 */
public interface PassthroughConversation {

  /**
   * The client said something.
   *
   * @param message not validated
   */
  void fromClient(Message message);

  /**
   * The client says no more, but may still read what it asked for. {@link
   * PassthroughContext#clientIsServed} is to be called once it has everything.
   */
  void onClientFinished();

  /** The client's own upstream connection is open. */
  void onNodeOpen();

  /**
   * The node said something to this client.
   *
   * @param message not validated
   */
  void fromNode(Message message);
}
