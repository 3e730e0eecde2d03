package org.bitcoinmultiplexer.api;

import java.util.Optional;

/**
 * What a {@link ResponseRouter} needs to know of a protocol: keys, a marker that the peer echoes in
 * order, and, where the peer agreed, numbers.
 *
 * <p>Pure except for {@link #newMarker}, which draws a fresh nonce; confined to the loop of the
 * upstream.
 */
public interface Dialect {

  /**
   * How requests and responses are matched by content.
   *
   * @return the same instance each time
   */
  KeyStrategy keys();

  /**
   * Makes a marker that has never been used: for Bitcoin a {@code ping} with a random nonce.
   *
   * @return a message that the peer echoes after the answers to everything before it
   */
  Message newMarker();

  /**
   * Whether a message is an echo of some marker: for Bitcoin a {@code pong}.
   *
   * @param response a message from upstream
   * @return true if so, known or not
   */
  boolean isEcho(Message response);

  /**
   * Whether a message is the echo of this marker.
   *
   * @param marker what {@link #newMarker} made
   * @param response a message from upstream
   * @return true if so
   */
  boolean echoes(Message marker, Message response);

  /**
   * One request that asks for what two ask for, if the protocol has such a thing: for Bitcoin one
   * {@code getdata} of all items. It makes a burst of small requests cheap for the peer.
   *
   * @param requests at least one, in order
   * @return the fewest messages that ask for the same, in the same order
   */
  Iterable<Message> batch(Iterable<Message> requests);

  /**
   * How requests are numbered, where the peer of this connection has agreed to that.
   *
   * @return empty if numbers mean nothing to the peer: markers must do
   */
  default Optional<Numbering> numbering() {
    return Optional.empty();
  }
}
