package org.bitcoinmultiplexer.api;

import java.util.concurrent.CompletionStage;

/**
 * Dials: the way a multiplexer gets a conversation with an upstream node, again whenever one is
 * lost.
 *
 * <p>Asked for one conversation at a time for the shared upstream, now and then for another beside
 * it over which something is tried that may cost a conversation, and for one per client under the
 * {@code passthrough} strategy. Retrying and backing off is the caller's.
 */
public interface Connector {

  /**
   * Starts to connect and returns at once.
   *
   * @return a new transport that has not been started, or a failure whose message says in words
   *     what could not be reached; cancelling it is not required to stop the attempt
   */
  CompletionStage<Transport> connect();

  /**
   * What is dialled, for logs: {@code "127.0.0.1:8333"}.
   *
   * @return never empty
   */
  String target();
}
