package org.bitcoinmultiplexer.bitcoin.command;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * A pair that the multiplexer brings along: what {@link RequestType} asks for, and the full check
 * and the weight of an answer.
 *
 * <p>Subclasses read messages as if they were well-formed; what is not, is caught here and has no
 * keys, answers nothing and is never canonical.
 */
abstract class BuiltInRequestType implements RequestType {

  private final String request;
  private final Set<String> responses;

  BuiltInRequestType(String request, Set<String> responses) {
    this.request = request;
    this.responses = responses;
  }

  @Override
  public final String request() {
    return request;
  }

  @Override
  public final Set<String> responses() {
    return responses;
  }

  @Override
  public final Optional<Message> canonical(Message message) {
    try {
      return Optional.of(canonicalOf(message));
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  @Override
  public final Set<Key> requestKeys(Message message) {
    try {
      return asked(message);
    } catch (MalformedMessageException e) {
      return Set.of();
    }
  }

  @Override
  public final Set<Key> responseKeys(Message message) {
    try {
      return answered(message);
    } catch (MalformedMessageException e) {
      return Set.of();
    }
  }

  @Override
  public final boolean answers(Message asked, Message response) {
    try {
      return fits(asked, response);
    } catch (MalformedMessageException e) {
      return false;
    }
  }

  /**
   * Checks a whole answer, each message of which {@link #answers} the request.
   *
   * @return null if it is true, else in words why not
   */
  final @Nullable String check(Message asked, List<Message> answer, Weights weights) {
    try {
      return fault(asked, answer, weights);
    } catch (MalformedMessageException e) {
      return String.valueOf(e.getMessage());
    }
  }

  /**
   * The expected size of the answer.
   *
   * @return in bytes; 1 for a request that cannot be read
   */
  final long weight(Message asked, Weights weights) {
    try {
      return Math.max(1, expected(asked, weights));
    } catch (MalformedMessageException e) {
      return 1;
    }
  }

  /**
   * The name under which the answer may be kept for ever.
   *
   * @param asked canonical
   * @param keys of it
   * @return null if the answer does not last
   */
  @Nullable Key lasting(Message asked, Set<Key> keys) {
    return null;
  }

  abstract Message canonicalOf(Message message);

  abstract Set<Key> asked(Message message);

  abstract Set<Key> answered(Message message);

  abstract boolean fits(Message asked, Message response);

  abstract long expected(Message asked, Weights weights);

  /** An answer is one message unless a pair says otherwise. */
  @Nullable String fault(Message asked, List<Message> answer, Weights weights) {
    return answer.size() == 1
        ? faultOf(asked, answer.get(0), weights)
        : answer.size() + " messages for one request";
  }

  @Nullable String faultOf(Message asked, Message response, Weights weights) {
    return null;
  }
}
