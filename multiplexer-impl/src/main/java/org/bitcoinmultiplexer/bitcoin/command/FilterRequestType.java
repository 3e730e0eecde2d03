package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.CLIENT;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.SHARED;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.EXACT;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.MEMBER;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETCFHEADERS_SIZE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETCFILTERS_SIZE;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.filter.FilterIndex;
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
 * start of {@code getcfheaders} is not in its answer; two that differ in it wait for each other. A
 * filter must have the hash that the {@link FilterIndex} knows; where that knows none, whoever
 * asked has to check it.
 */
final class FilterRequestType extends AbstractRequestType {

  static final List<Row> ROWS =
      List.of(
          Row.of(
                  12,
                  "getcfilters",
                  "cfilter",
                  CLIENT,
                  MEMBER,
                  "type, hash; one block",
                  "one message",
                  SHARED)
              .asked(
                  Row.limit("MAX_GETCFILTERS_SIZE", MAX_GETCFILTERS_SIZE),
                  Row.number(Weights.FILTER),
                  "the hash that the filter headers name",
                  "block and filter hash"),
          Row.of(
                  13,
                  "getcfheaders",
                  "cfheaders",
                  CLIENT,
                  MEMBER,
                  "type, stop; not start",
                  "one message",
                  SHARED)
              .asked(
                  Row.limit("MAX_GETCFHEADERS_SIZE", MAX_GETCFHEADERS_SIZE),
                  Row.number(Weights.FILTER_HEADERS),
                  "at least one, not more than the limit",
                  "-"),
          Row.of(
                  14,
                  "getcfcheckpt",
                  "cfcheckpt",
                  CLIENT,
                  EXACT,
                  "type, stop",
                  "one message",
                  SHARED)
              .asked("-", Row.number(Weights.FILTER_CHECKPOINTS), "-", "-"));

  private static final int KEY_SIZE = 1 + Hash.SIZE;

  private final FilterIndex index;
  private final int kind;
  private final int stopAt;
  private final long weight;

  private FilterRequestType(
      FilterIndex index, String request, String response, int kind, int stopAt, long weight) {
    super(request, Set.of(response));
    this.index = index;
    this.kind = kind;
    this.stopAt = stopAt;
    this.weight = weight;
  }

  static FilterRequestType filters(FilterIndex index) {
    return new FilterRequestType(
        index, Commands.GETCFILTERS, Commands.CFILTER, Keys.FILTER, 5, Weights.FILTER);
  }

  static FilterRequestType headers(FilterIndex index) {
    return new FilterRequestType(
        index,
        Commands.GETCFHEADERS,
        Commands.CFHEADERS,
        Keys.FILTER_HEADERS,
        5,
        Weights.FILTER_HEADERS);
  }

  static FilterRequestType checkpoints(FilterIndex index) {
    return new FilterRequestType(
        index,
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
  long expected(Message asked) {
    parse(asked);
    return weight;
  }

  /**
   * A filter by its block and its own hash, if that is known: so whatever the node says of its
   * filters, nobody can find one under a name that it does not have. The block is part of the name
   * because small filters of different blocks may be the same.
   */
  @Override
  @Nullable Key name(Message asked, Set<Key> keys) {
    Hash content = kind == Keys.FILTER ? content(asked) : null;
    if (content == null) {
      return null;
    }
    byte[] name = new byte[2 * Hash.SIZE];
    System.arraycopy(asked.array(), asked.offset() + stopAt, name, 0, Hash.SIZE);
    content.write(name, Hash.SIZE);
    return Key.of(Keys.FILTER_CONTENT, name);
  }

  private @Nullable Hash content(Message asked) {
    FilterRange one = FilterRange.parse(asked);
    return one.start() > Integer.MAX_VALUE ? null : index.filterHash((int) one.start(), one.stop());
  }

  @Override
  @Nullable String faultOf(Message asked, Message response) {
    if (kind == Keys.FILTER) {
      Hash content = content(asked);
      Hash hash = response.derive(CompactFilter.HASH);
      return content == null || content.equals(hash)
          ? null
          : "a filter with the hash " + hash + " instead of " + content;
    }
    if (kind != Keys.FILTER_HEADERS) {
      return null;
    }
    int size = FilterHeaders.parse(response).size();
    return size >= 1 && size <= MAX_GETCFHEADERS_SIZE
        ? null
        : size + " filter hashes, not 1 to " + MAX_GETCFHEADERS_SIZE;
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
