package org.bitcoinmultiplexer.api;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One row of the table of requests and responses: everything a multiplexer must know of a command
 * to share it.
 *
 * <p>The table is what a future message of the protocol costs: a row, which a {@link
 * RequestTypeProvider} can add without touching the multiplexer. A provider's row can do what the
 * multiplexer's own can: clients that ask the same at the same time share one answer if it has a
 * {@linkplain #requestKeys key}, it is kept where answers are kept if it has a {@linkplain
 * #lastingName lasting name}, it takes the place in the queues that its {@linkplain #weight weight}
 * says, and nobody gets it before it was {@linkplain #check checked}.
 *
 * <p>All methods are total, and pure but for what their documentation allows, as in {@link
 * KeyStrategy}. A row that throws nevertheless harms only who asked: its request is refused, or its
 * answer is.
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
   * The request as it may be written upstream, which is where its limits are kept. Nothing a client
   * wrote is forwarded verbatim: one illegal message would cost everybody the connection.
   *
   * @param request from a client
   * @return its canonical form; empty if it is malformed or illegal, and the client is to be
   *     disconnected
   */
  Optional<Message> canonical(Message request);

  /**
   * As {@link KeyStrategy#requestKeys}.
   *
   * @param request a canonical request of this row
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
   * @param request a canonical request of this row
   * @param response a message with one of the commands of {@link #responses()}
   * @return whether it answers or refuses this request
   */
  boolean answers(Message request, Message response);

  /**
   * As {@link KeyStrategy#completes}; true unless an answer can have many messages.
   *
   * @param request a canonical request of this row
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

  /**
   * How many bytes the answer is expected to have: of large ones fewer are asked for at a time.
   *
   * @param request a canonical request of this row
   * @return an estimate, at least 1
   */
  default long weight(Message request) {
    return 1_000;
  }

  /**
   * Checks an answer in full, once, before anybody gets it: {@link #answers} has found that each of
   * its messages belongs to the request. May take milliseconds, and may learn from what it sees
   * what later answers will {@linkplain #weight weigh}.
   *
   * @param request a canonical request of this row
   * @param answer the whole answer, at least one message
   * @return empty if it is true and what was asked for, else in words what is wrong with it
   */
  default Optional<String> check(Message request, List<Message> answer) {
    return Optional.empty();
  }

  /**
   * The name under which the answer may be kept, because it will never be another one: of the same
   * content in the same form, whoever asks and whenever. Cheap: it is called for every request.
   *
   * <p>Names of different rows are never confused.
   *
   * @param request a canonical request of this row
   * @param keys its {@linkplain #requestKeys keys}
   * @return equal for requests with the same answer; empty if the answer does not last, and always
   *     for a request that several messages answer
   */
  default Optional<Key> lastingName(Message request, Set<Key> keys) {
    return Optional.empty();
  }
}
