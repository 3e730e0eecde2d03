package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.BOTH;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.MARKER;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.EXACT;

import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;

/**
 * {@code ping} → {@code pong} (BIP31): equal nonces, which are unique only among the pings of one
 * sender.
 */
final class PingRequestType extends AbstractRequestType {

  static final List<Row> ROWS =
      List.of(
          Row.of(1, "ping", "pong", BOTH, EXACT, "nonce", "one message", MARKER)
              .asked("-", Row.number(Long.BYTES), "-", "-"));

  PingRequestType() {
    super(Commands.PING, Set.of(Commands.PONG));
  }

  @Override
  Message canonicalOf(Message message) {
    long nonce = Ping.nonce(message);
    return message.size() == Long.BYTES ? message : Ping.ping(nonce);
  }

  @Override
  Set<Key> asked(Message message) {
    Ping.nonce(message);
    return Set.of(Key.of(Keys.PING, message.array(), message.offset(), Long.BYTES));
  }

  @Override
  Set<Key> answered(Message message) {
    return asked(message);
  }

  @Override
  boolean fits(Message asked, Message response) {
    return Ping.nonce(asked) == Ping.nonce(response);
  }

  @Override
  long expected(Message asked) {
    return Long.BYTES;
  }
}
