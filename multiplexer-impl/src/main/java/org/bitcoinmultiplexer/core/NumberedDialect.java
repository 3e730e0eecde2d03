package org.bitcoinmultiplexer.core;

import java.util.Optional;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.KeyStrategy;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Numbering;

/**
 * The protocol's dialect on a link whose node agreed to numbers.
 *
 * @param dialect of every link
 * @param numbers of this one
 */
record NumberedDialect(Dialect dialect, Numbering numbers) implements Dialect {

  @Override
  public KeyStrategy keys() {
    return dialect.keys();
  }

  @Override
  public Message newMarker() {
    return dialect.newMarker();
  }

  @Override
  public boolean isEcho(Message response) {
    return dialect.isEcho(response);
  }

  @Override
  public boolean echoes(Message marker, Message response) {
    return dialect.echoes(marker, response);
  }

  @Override
  public Iterable<Message> batch(Iterable<Message> requests) {
    return dialect.batch(requests);
  }

  @Override
  public Optional<Numbering> numbering() {
    return Optional.of(numbers);
  }
}
