package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.BOTH;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.SHARED;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.MEMBER;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_LOCATOR_SZ;

import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.HeadersCheck;
import org.bitcoinmultiplexer.bitcoin.chain.Verdict;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * {@code getheaders} → {@code headers}: without a key. An answer is possible if its first header
 * builds on a block of the locator, or on the first block of all if the node knew none of them; if
 * the locator is empty, the answer is the one header of the stop hash. No headers at all, "you are
 * at my tip", answer any request.
 *
 * <p>Only sound on a connection on which {@code sendheaders} was never said: otherwise an
 * announcement looks the same.
 */
final class HeadersRequestType extends AbstractRequestType {

  static final List<Row> ROWS =
      List.of(
          Row.of(
                  2,
                  "getheaders",
                  "headers",
                  BOTH,
                  MEMBER,
                  "parent in locator",
                  "one message",
                  SHARED)
              .asked(
                  Row.limit("MAX_LOCATOR_SZ", MAX_LOCATOR_SZ),
                  Row.number(Weights.HEADERS),
                  "work, in a row, none behind the stop",
                  "-"));

  private final Network network;

  HeadersRequestType(Network network) {
    super(Commands.GETHEADERS, Set.of(Commands.HEADERS));
    this.network = network;
  }

  @Override
  Message canonicalOf(Message message) {
    return BlockLocator.parse(message).toMessage();
  }

  @Override
  Set<Key> asked(Message message) {
    return Set.of();
  }

  @Override
  Set<Key> answered(Message message) {
    return Set.of();
  }

  @Override
  boolean fits(Message asked, Message response) {
    BlockLocator locator = BlockLocator.parse(asked);
    Headers headers = Headers.parse(response);
    if (headers.size() == 0) {
      return true;
    }
    if (locator.size() == 0) {
      return headers.size() == 1 && headers.hash(0).equals(locator.stop());
    }
    Hash previous = headers.previous(0);
    return locator.contains(previous) || previous.equals(network.genesis());
  }

  @Override
  long expected(Message asked) {
    return Weights.HEADERS;
  }

  @Override
  @Nullable String faultOf(Message asked, Message response) {
    Hash stop = BlockLocator.parse(asked).stop();
    Headers headers = Headers.parse(response);
    for (int i = 1; i < headers.size() && !stop.equals(Hash.ZERO); i++) {
      if (headers.previous(i).equals(stop)) {
        return "headers go on behind the stop hash " + stop;
      }
    }
    Verdict verdict = HeadersCheck.verdict(headers, network);
    return verdict.isValid() ? null : verdict.reason();
  }
}
