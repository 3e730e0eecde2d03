package org.bitcoinmultiplexer.strategy;

import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.ResponseRouter;

/** The router of a connection over which nothing is asked: it admits nothing. */
final class NoRouter implements ResponseRouter {

  static final NoRouter INSTANCE = new NoRouter();

  private NoRouter() {}

  @Override
  public boolean admit(Exchange exchange) {
    return false;
  }

  @Override
  public void flush(Consumer<? super Message> upstream) {
    // Nothing was admitted.
  }

  @Override
  public Routing route(Message response) {
    return Routing.UNSOLICITED;
  }

  @Override
  public void abandon(Exchange exchange) {
    // Nothing was admitted.
  }

  @Override
  public List<Exchange> drain() {
    return List.of();
  }

  @Override
  public int inFlight() {
    return 0;
  }
}
