package org.bitcoinmultiplexer.api;

import java.util.concurrent.CompletableFuture;

/** A client that was given to a multiplexer. All methods may be called from any thread. */
public interface ClientConnection {

  /**
   * Where it is, or what it was called when it was given.
   *
   * @return never empty
   */
  String remote();

  /**
   * What has been counted for it so far; what it is in the end, once it is closed.
   *
   * @return a snapshot
   */
  ClientStats stats();

  /**
   * When it is gone, be it that there was no room for it.
   *
   * @return completed with the reason in words, in the loop of its session: what takes time does
   *     not belong there, see {@link CompletableFuture#thenAcceptAsync}; never fails
   */
  CompletableFuture<String> closed();

  /** Closes it. What was sent before still goes out as far as the client takes it. Idempotent. */
  void close();
}
