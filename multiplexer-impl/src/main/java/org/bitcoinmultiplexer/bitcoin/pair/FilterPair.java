package org.bitcoinmultiplexer.bitcoin.pair;

import java.util.Arrays;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.CompactFilter;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpoints;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterHeaders;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * The three requests for compact filters (BIP157). Request and response all begin with the filter
 * type and hold the stop hash, or the block's: that is the key.
 *
 * <p>{@code getcfilters} is asked here for one block at a time, the stop block: which other blocks
 * a longer stretch has, only a chain could tell, and the filters of those would find nobody. The
 * start of {@code getcfheaders} is not in its answer; two that differ in it wait for each other.
 */
final class FilterPair extends BuiltIn {

  private static final int KEY_SIZE = 1 + Hash.SIZE;

  private final int kind;
  private final int stopAt;
  private final long weight;

  private FilterPair(String request, String response, int kind, int stopAt, long weight) {
    super(request, Set.of(response));
    this.kind = kind;
    this.stopAt = stopAt;
    this.weight = weight;
  }

  static FilterPair filters() {
    return new FilterPair(Commands.GETCFILTERS, Commands.CFILTER, Keys.FILTER, 5, Weights.FILTER);
  }

  static FilterPair headers() {
    return new FilterPair(
        Commands.GETCFHEADERS,
        Commands.CFHEADERS,
        Keys.FILTER_HEADERS,
        5,
        (long) FilterRange.MAX_HEADERS * Hash.SIZE);
  }

  static FilterPair checkpoints() {
    return new FilterPair(
        Commands.GETCFCHECKPT,
        Commands.CFCHECKPT,
        Keys.FILTER_CHECKPOINTS,
        1,
        Weights.FILTER_CHECKPOINTS);
  }

  /** Of the basic filter type: asking for another one costs the connection. */
  @Override
  Message canonicalOf(Message message) {
    parse(message);
    int type = message.array()[message.offset()];
    if (type != 0) {
      throw new MalformedMessageException(
          request() + ": filter type " + (type & 0xff) + " is not known");
    }
    int size = stopAt + Hash.SIZE;
    return message.size() == size
        ? message
        : Message.of(request(), message.array(), message.offset(), size);
  }

  @Override
  Set<Key> asked(Message message) {
    parse(message);
    byte[] name = new byte[KEY_SIZE];
    name[0] = message.array()[message.offset()];
    System.arraycopy(message.array(), message.offset() + stopAt, name, 1, Hash.SIZE);
    return Set.of(Key.of(kind, name));
  }

  @Override
  Set<Key> answered(Message message) {
    parse(message);
    return Set.of(Key.of(kind, message.array(), message.offset(), KEY_SIZE));
  }

  @Override
  boolean fits(Message asked, Message response) {
    parse(asked);
    parse(response);
    int stop = asked.offset() + stopAt;
    int named = response.offset() + 1;
    return asked.array()[asked.offset()] == response.array()[response.offset()]
        && Arrays.equals(
            asked.array(), stop, stop + Hash.SIZE, response.array(), named, named + Hash.SIZE);
  }

  @Override
  long expected(Message asked, Weights weights) {
    parse(asked);
    return weight;
  }

  @Override
  @Nullable String faultOf(Message asked, Message response, Weights weights) {
    if (kind != Keys.FILTER_HEADERS) {
      return null;
    }
    int size = FilterHeaders.parse(response).size();
    return size >= 1 && size <= FilterRange.MAX_HEADERS
        ? null
        : size + " filter hashes, not 1 to " + FilterRange.MAX_HEADERS;
  }

  private static void parse(Message message) {
    switch (message.command()) {
      case Commands.GETCFILTERS, Commands.GETCFHEADERS -> FilterRange.parse(message);
      case Commands.GETCFCHECKPT -> FilterCheckpointsRequest.parse(message);
      case Commands.CFILTER -> CompactFilter.parse(message);
      case Commands.CFHEADERS -> FilterHeaders.parse(message);
      case Commands.CFCHECKPT -> FilterCheckpoints.parse(message);
      default -> throw new MalformedMessageException(message.command() + " is no filter message");
    }
  }
}
