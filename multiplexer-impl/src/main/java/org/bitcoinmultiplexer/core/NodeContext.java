package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.Numbering;

/**
 * The engine's side of one upstream connection, as its conversation sees it. Confined to the
 * engine's loop, and without effect once the connection is gone.
 */
public interface NodeContext {

  /**
   * What was dialled, for logs.
   *
   * @return as the connector says
   */
  String target();

  /**
   * Writes a message to the node at once.
   *
   * @param message canonical
   */
  void send(Message message);

  /**
   * The handshake is done: exchanges may flow.
   *
   * @param node what it said of itself
   */
  void ready(NodeDescription node);

  /**
   * The handshake is done with a node that takes numbered requests. From here on a frame of it that
   * cannot be used ends the connection: it may have been a number, or what one referred to.
   *
   * @param node what it said of itself
   * @param numbering how requests are numbered; ignored where nothing is asked
   */
  default void ready(NodeDescription node, Numbering numbering) {
    ready(node);
  }

  /**
   * Gives the connection up for what the node did, if there is another node to go to; if not, it is
   * better than none, and the log says so.
   *
   * @param reason in words
   */
  void distrust(String reason);

  /**
   * Gives the connection up for what the node said; another is dialled, of another node first.
   *
   * @param reason in words
   */
  void fail(String reason);
}
