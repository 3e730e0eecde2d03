package org.bitcoinmultiplexer.transport.tcp;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.Addresses;

/** Dials one node; each attempt is a {@link Dial}. */
final class TcpConnector implements Connector {

  private final TcpLoop loop;
  private final String host;
  private final int port;
  private final Network network;
  private final Duration timeout;

  TcpConnector(TcpLoop loop, String host, int port, Network network, Duration timeout) {
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("a TCP port is 1 to 65535, not " + port);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("a connect timeout is more than zero, not " + timeout);
    }
    this.loop = loop;
    this.host = host;
    this.port = port;
    this.network = network;
    this.timeout = timeout;
  }

  @Override
  public CompletionStage<Transport> connect() {
    return new Dial(loop, host, port, network, target()).start(timeout);
  }

  @Override
  public String target() {
    return Addresses.inWords(host, port);
  }

  @Override
  public String toString() {
    return "tcp connector to " + target();
  }
}
