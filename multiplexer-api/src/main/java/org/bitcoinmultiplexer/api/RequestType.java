package org.bitcoinmultiplexer.api;

import java.util.Optional;
import java.util.Set;

/**
 * One row of the table of requests and responses: everything a multiplexer must know of a command
 * to share it.
 *
 * <p>The table is what a future message of the protocol costs: a row, which a {@link
 * RequestTypeProvider} can add without touching the multiplexer. All methods are pure and total, as
 * in {@link KeyStrategy}.
 */
public interface RequestType {

  /**
   * The command of the request.
   *
   * @return such as {@code "getdata"}
   */
  String request();

  /**
   * The commands in which an answer or a refusal can come.
   *
   * @return such as {@code block}, {@code tx}, {@code notfound}
   */
  Set<String> responses();

  /**
   * The request as it may be written upstream. Nothing a client wrote is forwarded verbatim: one
   * illegal message would cost everybody the connection.
   *
   * @param request from a client
   * @return its canonical form; empty if it is malformed or illegal, and the client is to be
   *     disconnected
   */
  Optional<Message> canonical(Message request);

  /**
   * As {@link KeyStrategy#requestKeys}.
   *
   * @param request a canonical request of this pair
   * @return its keys, or none
   */
  Set<Key> requestKeys(Message request);

  /**
   * As {@link KeyStrategy#responseKeys}.
   *
   * @param response a message with one of the commands of {@link #responses()}
   * @return its keys, or none
   */
  Set<Key> responseKeys(Message response);

  /**
   * As {@link KeyStrategy#answers}.
   *
   * @param request a canonical request of this pair
   * @param response a message with one of the commands of {@link #responses()}
   * @return whether it answers or refuses this request
   */
  boolean answers(Message request, Message response);

  /**
   * As {@link KeyStrategy#completes}; true unless an answer can have many messages.
   *
   * @param request a canonical request of this pair
   * @param response a message that answers it
   * @return whether the answer is complete
   */
  default boolean completes(Message request, Message response) {
    return true;
  }

  /**
   * As {@link KeyStrategy#refuses}; false unless the command is a refusal.
   *
   * @param response a message with one of the commands of {@link #responses()}
   * @return whether it is a refusal
   */
  default boolean refuses(Message response) {
    return false;
  }
}
