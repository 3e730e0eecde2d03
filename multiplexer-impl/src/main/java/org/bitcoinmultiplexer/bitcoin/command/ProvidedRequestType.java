package org.bitcoinmultiplexer.bitcoin.command;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider's row, held to what {@link RequestType} promises.
 *
 * <p>It is called in loops that serve everybody, with what any client and the node may send: what
 * throws there counts as malformed and is logged, the first time. The names under which its answers
 * are kept begin with its command, so that nobody finds them who asked for anything else.
 */
final class ProvidedRequestType extends AbstractRequestType {

  private static final Logger log = LoggerFactory.getLogger(ProvidedRequestType.class);

  /** As much as any answer may be said to weigh: sums of weights stay far from their end. */
  static final long MOST_WEIGHT = 1L << 32;

  private final RequestType type;
  private final byte[] command;
  private volatile boolean complained;

  ProvidedRequestType(RequestType type) {
    super(type.request(), Set.copyOf(type.responses()));
    this.type = type;
    this.command = type.request().getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  Message canonicalOf(Message message) {
    Message canonical =
        guarded(() -> type.canonical(message))
            .orElseThrow(() -> new MalformedMessageException(message + " is refused by its row"));
    if (!canonical.command().equals(request())) {
      throw failed(new IllegalStateException(message + " became " + canonical));
    }
    return canonical;
  }

  @Override
  Set<Key> asked(Message message) {
    return guarded(() -> type.requestKeys(message));
  }

  @Override
  Set<Key> answered(Message message) {
    return guarded(() -> type.responseKeys(message));
  }

  @Override
  boolean fits(Message asked, Message response) {
    return guarded(() -> type.answers(asked, response));
  }

  /** One that throws completes: nobody is to wait for more. */
  @Override
  public boolean completes(Message asked, Message response) {
    try {
      return guarded(() -> type.completes(asked, response));
    } catch (MalformedMessageException e) {
      return true;
    }
  }

  @Override
  public boolean refuses(Message response) {
    try {
      return guarded(() -> type.refuses(response));
    } catch (MalformedMessageException e) {
      return false;
    }
  }

  @Override
  long expected(Message asked) {
    return Math.min(MOST_WEIGHT, guarded(() -> type.weight(asked)));
  }

  @Override
  @Nullable String fault(Message asked, List<Message> answer) {
    return guarded(() -> type.check(asked, answer)).orElse(null);
  }

  @Override
  @Nullable Key name(Message asked, Set<Key> keys) {
    Key name = guarded(() -> type.lastingName(asked, keys)).orElse(null);
    if (name == null) {
      return null;
    }
    byte[] value = name.value();
    return Key.of(
        Keys.PROVIDED,
        ByteBuffer.allocate(1 + command.length + Integer.BYTES + value.length)
            .put((byte) command.length)
            .put(command)
            .putInt(name.kind())
            .put(value)
            .array());
  }

  private <T> T guarded(Supplier<T> call) {
    try {
      return Objects.requireNonNull(call.get());
    } catch (RuntimeException e) {
      throw failed(e);
    }
  }

  private MalformedMessageException failed(RuntimeException e) {
    if (!complained) {
      complained = true;
      log.warn("the row for {} of {} fails", request(), type.getClass().getName(), e);
    }
    return new MalformedMessageException("the row for " + request() + " fails: " + e);
  }
}
