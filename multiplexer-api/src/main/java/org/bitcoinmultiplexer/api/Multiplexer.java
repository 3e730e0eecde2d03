package org.bitcoinmultiplexer.api;

import java.util.concurrent.CompletableFuture;

/**
 * Lets many clients share one upstream connection.
 *
 * <p><b>Life.</b> NEW —start→ RUNNING —close→ CLOSED. Clients may be given to it at any time before
 * it is closed. What a client is told of itself by the multiplexer is what the node says of itself:
 * until the first node is known a client waits, for 3 seconds at most, and is then closed with the
 * reason. Once a node was known, later clients are greeted with what is remembered of it, whether
 * or not it can be reached at the time.
 *
 * <p><b>Ownership.</b> It owns the transports it was given and closes them; it does not own the
 * loops they run on.
 *
 * <p><b>Threading.</b> All methods may be called from any thread.
 */
public interface Multiplexer extends AutoCloseable {

  /**
   * Begins to dial upstream, and keeps at it: a lost connection is dialled again with back-off
   * until {@link #close}.
   *
   * @throws IllegalStateException if called twice, or after {@link #close}
   */
  void start();

  /**
   * When a node was ready for the first time: from then on every client is greeted at once, even
   * while the node cannot be reached.
   *
   * @return completed with what the node said of itself, in none of the multiplexer's threads;
   *     fails with an {@link IllegalStateException} if the multiplexer is closed before
   */
  CompletableFuture<NodeDescription> ready();

  /**
   * Takes a client over. Its session runs on the multiplexer's own loop.
   *
   * @param client a transport that has not been started; closed at once if there is no room for it,
   *     which {@link MultiplexerListener#onClientRefused} hears of
   * @return what becomes of it
   * @throws IllegalStateException after {@link #close}; the transport is closed then
   */
  ClientConnection accept(Transport client);

  /**
   * Takes a client over, under a name of the embedder's. Its session runs on the multiplexer's own
   * loop.
   *
   * @param client a transport that has not been started
   * @param name what stands for {@link Transport#remote()} in logs and limits, such as {@code
   *     "wallet-17:1"}
   * @return what becomes of it
   * @throws IllegalStateException after {@link #close}; the transport is closed then
   */
  ClientConnection accept(Transport client, String name);

  /**
   * Takes a client over. Its session runs on the given loop; if that is the one the transport's
   * callbacks come from, there is no hand-over between threads.
   *
   * @param client a transport that has not been started; closed at once if there is no room for it,
   *     which {@link MultiplexerListener#onClientRefused} hears of
   * @param loop where its session runs
   * @return what becomes of it
   * @throws IllegalStateException after {@link #close}, or if the loop is closed; the transport is
   *     closed then
   */
  ClientConnection accept(Transport client, EventLoop loop);

  /**
   * The counters as they are now.
   *
   * @return a snapshot
   */
  Stats stats();

  /** Closes all clients and the upstream connection. Idempotent; returns before they are closed. */
  @Override
  void close();
}
