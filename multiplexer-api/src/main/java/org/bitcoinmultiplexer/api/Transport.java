package org.bitcoinmultiplexer.api;

/**
 * An ordered conversation of whole messages with one peer.
 *
 * <p>A transport owns its threads and buffers and knows the framing; it neither understands nor
 * changes messages. Both sides of a multiplexer use it: a client's connection is a transport that
 * somebody accepted, the connection to the node is one that a {@link Connector} dialled.
 *
 * <p><b>Life.</b> NEW —start→ OPEN —close, or the peer goes, or the bytes cannot be framed→ CLOSED.
 * {@link Listener#onClosed} is called exactly once and is the last call. A transport that is closed
 * before it was started calls nothing.
 */
public interface Transport {

  /**
   * Begins to deliver. Messages that arrived earlier are delivered now.
   *
   * @param listener hears everything; its callbacks never overlap and come in order
   * @throws IllegalStateException if called twice
   */
  void start(Listener listener);

  /**
   * Queues a message behind those queued before and returns at once. Without effect on a closed
   * transport. Callable from any thread; the order of two calls of one thread is kept.
   *
   * @param message shared, and never changed by the transport
   */
  void send(Message message);

  /**
   * Bytes of memory held by messages that {@link #send} accepted and that the operating system (or,
   * in memory, the peer) has not taken yet: more than their frames have, above all of small ones. A
   * sender bounds what it queues by looking here. Any thread; may lag a moment behind.
   *
   * @return 0 or more
   */
  long pendingBytes();

  /**
   * Turns reading from the peer off or on; on at first. While it is off, the peer meets
   * back-pressure. A few messages that were already decoded may still be delivered. Any thread.
   *
   * @param enabled whether to read
   */
  void reading(boolean enabled);

  /**
   * Ends the conversation, after what was queued has been written as far as the peer takes it
   * without delay. Idempotent; any thread.
   */
  void close();

  /**
   * Ends the conversation at once: what was queued may be lost, and nothing is kept to wait for the
   * peer. Idempotent; any thread. Does what {@link #close} does unless overridden.
   */
  default void abort() {
    close();
  }

  /**
   * Where the peer is, in words, for logs and limits: {@code "203.0.113.7:41892"}. What stands
   * before the last colon is taken for the peer's host.
   *
   * @return never empty
   */
  String remote();

  /** Hears what a transport has to say; its methods never overlap and must not block. */
  interface Listener {

    /**
     * A whole message arrived.
     *
     * @param message its bytes are the receiver's to keep
     */
    void onMessage(Message message);

    /**
     * A frame was dropped, and the conversation goes on: a wrong checksum, a command that is no
     * text. (A frame after which nothing can be understood closes the transport instead.)
     *
     * @param reason in words, for a log
     */
    void onRejected(String reason);

    /**
     * What arrives cannot be understood, nor anything after it, as if the peer spoke another
     * protocol. The transport is being closed: nothing but {@link #onClosed} follows.
     *
     * @param reason in words, which {@link #onClosed} will have too
     */
    default void onUnreadable(String reason) {}

    /** {@link Transport#pendingBytes()} has fallen to where more may be queued. */
    void onWritable();

    /**
     * The peer sends nothing more, but may still read what it asked for: it has shut down its side
     * of the connection, or all of it, which cannot be told apart before something is written.
     * Behind everything that arrived; called at most once, and only by transports of which the two
     * directions end for themselves.
     *
     * @param cause in words
     * @return true if the transport is to stay open until {@link Transport#close} is called; false,
     *     which is what this does unless it is overridden, if it is closed now
     */
    default boolean onInputShutdown(String cause) {
      return false;
    }

    /**
     * The conversation is over; nothing follows.
     *
     * @param cause in words: who ended it, and why if that is known
     */
    void onClosed(String cause);
  }
}
