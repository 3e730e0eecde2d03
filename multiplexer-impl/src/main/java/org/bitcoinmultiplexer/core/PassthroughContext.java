package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * The engine's side of a client that has an upstream connection of its own. Confined to {@link
 * #loop()}, and without effect once either side is gone: then both are closed.
 */
public interface PassthroughContext {

  /**
   * Where the pair of connections lives.
   *
   * @return its loop
   */
  EventLoop loop();

  /**
   * The engine behind it.
   *
   * @return the engine
   */
  EngineContext engine();

  /**
   * Dials upstream for this client; {@link PassthroughConversation#onNodeOpen} follows. Once. From
   * now on the client is not read from until {@link #readClient}.
   */
  void dial();

  /** Reads from the client again: what it says can be passed on. */
  void readClient();

  /** A client that says no more has got everything that it asked for: ends both connections. */
  void clientIsServed();

  /**
   * Sends to the client.
   *
   * @param message any
   */
  void toClient(Message message);

  /**
   * Sends to the node.
   *
   * @param message any
   */
  void toNode(Message message);

  /**
   * Both handshakes are done.
   *
   * @param client the client in words
   * @param node the node in words
   */
  void ready(String client, String node);

  /**
   * Ends both connections.
   *
   * @param rule the counter of the rule that was met
   * @param reason in words
   */
  void disconnect(Counter rule, String reason);
}
