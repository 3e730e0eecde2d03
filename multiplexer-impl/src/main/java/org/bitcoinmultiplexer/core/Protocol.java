package org.bitcoinmultiplexer.core;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Request;
import org.jspecify.annotations.Nullable;

/**
 * Everything the engine needs to know of a protocol: what to route by, how to talk to a client and
 * to a node, and whether an answer is what it claims to be.
 *
 * <p>One instance serves one engine.
 */
public interface Protocol {

  /**
   * Called once, before anything else.
   *
   * @param engine what the engine offers to the protocol as a whole
   */
  void open(EngineContext engine);

  /**
   * What routers need to know. Confined to the engine's loop.
   *
   * @return the same instance each time
   */
  Dialect dialect();

  /**
   * A client was accepted; nothing has been received from it yet.
   *
   * @param client the engine's side of it
   * @return what hears the client, confined to {@link ClientContext#loop()}
   */
  ClientConversation welcome(ClientContext client);

  /**
   * A client was accepted that gets an upstream connection of its own.
   *
   * @param relay the engine's side of both connections
   * @return what hears both, confined to {@link PassthroughContext#loop()}
   */
  PassthroughConversation relay(PassthroughContext relay);

  /**
   * Upstream was dialled; nothing has been sent yet.
   *
   * @param node the engine's side of it
   * @return what hears the node, confined to {@link EngineContext#loop()}
   */
  NodeConversation greet(NodeContext node);

  /**
   * A node was dialled for a connection beside the shared one, over which only requests go and
   * their answers: what the node says of its own accord is no news, and nothing of it is
   * remembered.
   *
   * @param node the engine's side of it
   * @return what hears the node, confined to {@link EngineContext#loop()}
   */
  NodeConversation greetBeside(NodeContext node);

  /**
   * How many bytes the answer to a request is expected to have.
   *
   * @param request as it will be written upstream
   * @return an estimate, at least 1. Any thread.
   */
  long weight(Message request);

  /**
   * Checks an answer in full, once, before anybody gets it. Pure, any thread; may take
   * milliseconds.
   *
   * @param request as it was written upstream
   * @param answer the whole answer, at least one message
   * @return null if it is what was asked for, else in words what is wrong with it
   */
  @Nullable String check(Message request, List<Message> answer);

  /**
   * Whether the node that is there now may be asked what was meant for the one before: it may be
   * another, which disconnects for what it has not got. Confined to the engine's loop, and called
   * only for what outlasts a connection.
   *
   * @param request as it will be written upstream
   * @return false if whoever asked is to be told that it failed
   */
  default boolean suits(Message request) {
    return true;
  }

  /**
   * What the node that is connected probably hangs up on a request for, judging by what it says of
   * itself. Confined to the engine's loop, and cheap: it is called for every request.
   *
   * @param request as it will be written upstream
   * @return null if nothing is to be feared beforehand
   */
  default @Nullable Hazard foreseen(Message request) {
    return null;
  }

  /**
   * What a node may have hung up on a request for. Confined to the engine's loop, and called only
   * when nodes have.
   *
   * @param request as it was written upstream
   * @return the kind of requests of which this is one; null if it cannot be written to any other
   *     connection than the one for which it is meant
   */
  default @Nullable Hazard suspected(Message request) {
    return Hazard.of(request);
  }

  /**
   * The name under which the answer to a request may be kept, because it will never be another one:
   * of the same content in the same form, whoever asks and whenever. Pure, any thread, cheap: it is
   * called for every request.
   *
   * @param request as it is written upstream
   * @param keys what names its answer in flight
   * @return equal for requests with the same answer; null if the answer does not last, and always
   *     for a request that several messages answer
   */
  default @Nullable Key lasting(Message request, Set<Key> keys) {
    return null;
  }

  /**
   * Reads all that has to be known of a request, once. Any thread.
   *
   * @param message as it will be written upstream
   * @param keeps whether the {@linkplain #lasting name} of its answer matters to anybody
   * @return the request
   */
  default Request read(Message message, boolean keeps) {
    Set<Key> keys = dialect().keys().requestKeys(message);
    return new Request(
        message,
        keys,
        weight(message),
        keeps ? Optional.ofNullable(lasting(message, keys)) : Optional.empty());
  }
}
