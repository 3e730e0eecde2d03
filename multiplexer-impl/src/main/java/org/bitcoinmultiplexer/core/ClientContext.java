package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;

/**
 * The engine's side of a session, as its conversation sees it. Confined to {@link #loop()}, and
 * without effect once the session has ended.
 *
 * <p><b>Order.</b> Replies and answers leave in the order in which {@link #reply} and {@link #ask}
 * were called, whenever they become known: a client's own ping is a fence to it. Only {@link #push}
 * may overtake.
 */
public interface ClientContext {

  /**
   * Where the session lives.
   *
   * @return its loop
   */
  EventLoop loop();

  /**
   * Where the client is, for logs.
   *
   * @return as its transport says
   */
  String remote();

  /**
   * The engine behind the session.
   *
   * @return the hub
   */
  Hub hub();

  /**
   * Answers without asking upstream, behind everything replied and asked before.
   *
   * @param message to the client
   */
  void reply(Message message);

  /**
   * Asks upstream item by item, as far ahead as the client's budget allows, and delivers the
   * outcomes in the order of the items, behind everything replied and asked before.
   *
   * @param batch what to ask and how to render it
   */
  void ask(Batch batch);

  /**
   * Sends at once: announcements, and what the client is asked for. May overtake replies.
   *
   * @param message to the client
   */
  void push(Message message);

  /**
   * The handshake is done: news may come.
   *
   * @param description the client in words
   */
  void ready(String description);

  /**
   * Ends the session. What was sent before still goes out as far as the client takes it.
   *
   * @param rule which rule the client met, counted under {@code client.closed.RULE}: a few lower
   *     case words joined by hyphens
   * @param reason in words, naming the value that was out of bounds
   */
  void disconnect(String rule, String reason);
}
