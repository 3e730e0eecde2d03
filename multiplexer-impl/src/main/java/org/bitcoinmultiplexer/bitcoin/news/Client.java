package org.bitcoinmultiplexer.bitcoin.news;

import org.bitcoinmultiplexer.api.Message;

/**
 * A client as the newsroom sees it: somebody who has announced something and can be asked for it.
 *
 * <p>Told apart by identity, so implementations leave {@code equals} alone.
 */
public interface Client {

  /**
   * Sends to the client at once: {@code getdata} for what it announced, {@code getheaders} that the
   * node asked. Without effect once the client is gone.
   *
   * @param message canonical. Any thread.
   */
  void push(Message message);

  /**
   * Where the client is, for logs.
   *
   * @return as its transport says. Any thread.
   */
  String remote();
}
