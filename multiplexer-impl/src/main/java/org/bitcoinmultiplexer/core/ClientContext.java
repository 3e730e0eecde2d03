package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * The engine's side of a session, as its conversation sees it. Confined to {@link #loop()}, and
 * without effect once the session has ended.
 *
 * <p><b>Order.</b> Replies and answers leave in the order in which {@link #reply} and {@link #ask}
 * were called, whenever they become known: a client's own ping is a fence to it. Only {@link #push}
 * and what is asked without order may overtake.
 */
public interface ClientContext {

  /** How many batches may wait that were asked without order. */
  int MOST_UNORDERED = 256;

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
   * What the client's host may still take; shared by all its connections, and remembered when it
   * comes again.
   *
   * @return the host's, or the client's own if it is on this machine
   */
  HostBudget budget();

  /**
   * The engine behind the session.
   *
   * @return the engine
   */
  EngineContext engine();

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
   * Asks upstream like {@link #ask}, but delivers the outcomes as soon as they are known: in the
   * order of the items, and in no order with anything else. For a client that can tell what an
   * answer belongs to. At most {@value #MOST_UNORDERED} may wait at a time, and they do not keep
   * the client from being read; that it keeps to it is the caller's to see to.
   *
   * @param batch what to ask and how to render it
   */
  void askUnordered(Batch batch);

  /**
   * Delivers nothing more until it is {@linkplain #resume resumed}, so that others get their turn
   * at the loop: for a batch that is much work to {@linkplain Batch#deliverPart deliver}. What is
   * asked and replied meanwhile waits in its place; what is pushed waits only while an item is
   * delivered in part.
   */
  void rest();

  /** Goes on delivering, at once. */
  void resume();

  /**
   * Sends at once: announcements, and what the client is asked for. May overtake replies.
   *
   * @param message to the client
   */
  void push(Message message);

  /**
   * The client brought something that is on its way upstream. While much is, nothing more is read
   * from it.
   *
   * @param cost in bytes
   */
  void handsIn(int cost);

  /**
   * Something that it {@linkplain #handsIn brought} is dealt with.
   *
   * @param cost in bytes, of one or several together
   */
  void dealtWith(int cost);

  /**
   * The handshake is done: news may come.
   *
   * @param description the client in words
   */
  void ready(String description);

  /**
   * From here on a frame of the client that cannot be used ends the session, because what follows
   * it may have meant something else with it.
   */
  void needsEveryFrame();

  /**
   * Ends the session. What was sent before still goes out as far as the client takes it.
   *
   * @param rule the counter of the rule that the client met
   * @param reason in words, naming the value that was out of bounds
   */
  void disconnect(Counter rule, String reason);
}
