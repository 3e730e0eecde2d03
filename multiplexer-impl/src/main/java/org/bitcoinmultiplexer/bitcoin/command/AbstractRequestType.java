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
 * What every row of the table has in common: no method of it throws.
 *
 * <p>Subclasses read messages as if they were well-formed; what is not, is caught here and has no
 * keys, answers nothing and is never canonical.
 */
abstract class AbstractRequestType implements RequestType {

  private final String request;
  private final Set<String> responses;

  AbstractRequestType(String request, Set<String> responses) {
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

  @Override
  public final long weight(Message asked) {
    try {
      return Math.max(1, expected(asked));
    } catch (MalformedMessageException e) {
      return 1;
    }
  }

  @Override
  public final Optional<String> check(Message asked, List<Message> answer) {
    try {
      return Optional.ofNullable(fault(asked, answer));
    } catch (MalformedMessageException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public final Optional<Key> lastingName(Message asked, Set<Key> keys) {
    try {
      return Optional.ofNullable(name(asked, keys));
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  /** The request as it may be written upstream, or malformed. */
  abstract Message canonicalOf(Message message);

  abstract Set<Key> asked(Message message);

  abstract Set<Key> answered(Message message);

  abstract boolean fits(Message asked, Message response);

  /** How many bytes the answer is expected to have. */
  abstract long expected(Message asked);

  /** What is wrong with a whole answer, which is one message unless a row says otherwise. */
  @Nullable String fault(Message asked, List<Message> answer) {
    return answer.size() == 1
        ? faultOf(asked, answer.get(0))
        : answer.size() + " messages for one request";
  }

  @Nullable String faultOf(Message asked, Message response) {
    return null;
  }

  /** Under which the answer may be kept for ever; null if it does not last. */
  @Nullable Key name(Message asked, Set<Key> keys) {
    return null;
  }
}
