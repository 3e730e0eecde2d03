package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.BiFunction;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.ResponseRouter.Routing;
import org.bitcoinmultiplexer.api.Strategy.Window;

/** A router between a test and a {@link ToyPeer}. */
final class RouterHarness {

  final Dialect dialect = new ToyDialect();
  final ToyPeer peer = new ToyPeer();
  final ResponseRouter router;

  RouterHarness(BiFunction<Dialect, Window, ResponseRouter> routers, Window window) {
    router = routers.apply(dialect, window);
  }

  StrictExchange exchange(Message request) {
    return new StrictExchange(request, 1, dialect.keys());
  }

  /** Admits an exchange for which there must be room. */
  StrictExchange admitted(Message request) {
    StrictExchange exchange = exchange(request);
    assertThat(router.admit(exchange)).as("room for %s", exchange).isTrue();
    return exchange;
  }

  /** Admits an exchange for which there must be room, and has it written. */
  StrictExchange asked(Message request) {
    StrictExchange exchange = admitted(request);
    flush();
    return exchange;
  }

  void flush() {
    router.flush(peer);
    assertThat(peer.fenced()).as("a marker stands behind what is written").isTrue();
  }

  /** The peer says something that belongs to an exchange. */
  void claims(Message response) {
    routes(response, Routing.CLAIMED);
  }

  /** The peer says something that is none of the router's business. */
  void ignores(Message response) {
    routes(response, Routing.UNSOLICITED);
  }

  /** The peer echoes the oldest marker. */
  void echoes() {
    routes(peer.echoOldest(), Routing.MARKER);
  }

  /** The peer echoes all markers, and nothing must be left. */
  void echoesAll() {
    while (peer.owesEcho()) {
      echoes();
    }
    assertThat(router.inFlight()).as("slots taken when every marker was echoed").isZero();
  }

  void routes(Message response, Routing expected) {
    assertThat(router.route(response))
        .as("routing of '%s %s'", response.command(), ToyKeys.text(response))
        .isEqualTo(expected);
  }
}
