package org.bitcoinmultiplexer.transport.tcp;

import java.net.InetSocketAddress;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.SocketServerKit;

class TcpServerTest implements SocketServerKit {

  @Override
  public Server open(
      InetSocketAddress address, AcceptLimits limits, BiConsumer<Transport, EventLoop> acceptor)
      throws Exception {
    TcpLoop loop = TcpLoop.start("tcp server");
    TcpListener listener;
    try {
      listener =
          loop.listen(
              address, Network.REGTEST, limits, transport -> acceptor.accept(transport, loop));
    } catch (Exception e) {
      loop.close();
      throw e;
    }
    return new Server() {
      @Override
      public InetSocketAddress address() {
        return listener.address();
      }

      @Override
      public int connections() {
        return listener.connections();
      }

      @Override
      public void close() {
        listener.close();
        loop.close();
      }
    };
  }
}
