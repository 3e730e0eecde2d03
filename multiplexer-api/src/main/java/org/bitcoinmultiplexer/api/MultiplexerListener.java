package org.bitcoinmultiplexer.api;

/**
 * Hears what happens to a multiplexer. Every method does nothing unless overridden.
 *
 * <p>Called one after another on the executor that was configured for it; what a method throws is
 * logged and contained.
 */
public interface MultiplexerListener {

  /**
   * Upstream's handshake is done and exchanges flow. Calls {@link #onUpstreamReady(String, String)}
   * unless overridden.
   *
   * @param node what it said of itself
   */
  default void onUpstreamReady(NodeDescription node) {
    onUpstreamReady(node.target(), node.description());
  }

  /**
   * Upstream's handshake is done, for those who want it in words: {@link
   * #onUpstreamReady(NodeDescription)}.
   *
   * @param target what was dialled
   * @param description the node in words: its user agent, protocol version, services and height
   */
  default void onUpstreamReady(String target, String description) {}

  /**
   * Upstream could not be reached or was lost; it is dialled again.
   *
   * @param target what was dialled
   * @param reason in words
   */
  default void onUpstreamLost(String target, String reason) {}

  /**
   * The same, for who wants to tell one loss from another; what is not overridden calls {@link
   * #onUpstreamLost(String, String)}.
   *
   * @param target what was dialled
   * @param loss of which kind it is
   * @param reason in words
   */
  default void onUpstreamLost(String target, UpstreamLoss loss, String reason) {
    onUpstreamLost(target, reason);
  }

  /**
   * A client's handshake is done.
   *
   * @param remote where it is, as {@link Transport#remote()}
   * @param description the client in words: its user agent and protocol version
   */
  default void onClientReady(String remote, String description) {}

  /**
   * A client is gone, whether or not its handshake had been done.
   *
   * @param remote where it was
   * @param reason in words
   */
  default void onClientClosed(String remote, String reason) {}

  /**
   * A client that was given to the multiplexer has been closed at once, since there is no room for
   * it. Those that a listener of the multiplexer's own turns away at the door are only counted and
   * logged.
   *
   * @param remote where it is, as {@link Transport#remote()}
   * @param reason in words
   */
  default void onClientRefused(String remote, String reason) {}

  /**
   * The chain of headers that strategy {@code cache} keeps is longer, or another one: heard of once
   * a second at most while it catches up with the node, and at each change of its best block after
   * that. Nothing is heard of it from other strategies.
   *
   * @param height of the best block, 0 for the genesis block
   * @param target the height that the node has, as far as it says so; the same as {@code height} if
   *     nothing is missing
   */
  default void onHeaders(long height, long target) {}

  /**
   * Events were not told, because thousands of others waited for the listener, which was too slow:
   * here they are missing. What is kept account of from events is to be read anew from {@link
   * Stats}.
   *
   * @param count how many
   */
  default void onEventsMissed(long count) {}

  /**
   * The multiplexer cannot go on and is closing: memory has run out, or the Java machine is broken.
   * Nothing is known of the state of the process any more, so it should end, and be started anew.
   * Heard of if the error came up in a loop or an executor of the multiplexer's own, or in one of
   * the library's event loops.
   *
   * @param cause what happened
   */
  default void onFailed(Throwable cause) {}
}
