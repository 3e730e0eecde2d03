package org.bitcoinmultiplexer.bitcoin.command;

import java.util.List;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;

/**
 * Bitcoin, as routers see it: keys by the table of {@link RequestTypes}, and {@code ping} as the
 * marker.
 *
 * <p>Bitcoin Core answers in the order of requests, so that the {@code pong} comes behind every
 * answer to what was asked before its {@code ping}. Nonces are drawn at random from 64 bits: one
 * that is guessed, or used twice, would end an exchange early. 0 is not drawn, as some software
 * takes it for none.
 *
 * <p>Safe for use by as many threads as its random generator is.
 */
public final class BitcoinDialect implements Dialect {

  private final RequestTypes types;
  private final RandomGenerator random;

  /**
   * A dialect.
   *
   * @param types what can be asked
   * @param random draws nonces that the node cannot guess, in the thread of whoever wants a marker
   */
  public BitcoinDialect(RequestTypes types, RandomGenerator random) {
    this.types = types;
    this.random = random;
  }

  @Override
  public KeyStrategy keys() {
    return types.keys();
  }

  @Override
  public Message newMarker() {
    long nonce = random.nextLong();
    while (nonce == 0) {
      nonce = random.nextLong();
    }
    return Ping.ping(nonce);
  }

  @Override
  public boolean isEcho(Message response) {
    return response.command().equals(Commands.PONG);
  }

  @Override
  public boolean echoes(Message marker, Message response) {
    try {
      return isEcho(response) && Ping.nonce(marker) == Ping.nonce(response);
    } catch (MalformedMessageException e) {
      return false;
    }
  }

  /** Merges neighbouring {@code getdata} messages into some of at most 1000 items each. */
  @Override
  public List<Message> batch(Iterable<Message> requests) {
    return Batches.merge(requests);
  }
}
