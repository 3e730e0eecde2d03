package org.bitcoinmultiplexer.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.SocketServerKit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TcpServerTest {

  @Nested
  class OnItsOwnLoop implements SocketServerKit {
    @Override
    public Server open(
        InetSocketAddress address, AcceptLimits limits, BiConsumer<Transport, EventLoop> acceptor)
        throws Exception {
      return new TcpServer(0, address, limits, acceptor);
    }
  }

  @Nested
  class OnOtherLoops implements SocketServerKit {
    @Override
    public Server open(
        InetSocketAddress address, AcceptLimits limits, BiConsumer<Transport, EventLoop> acceptor)
        throws Exception {
      return new TcpServer(2, address, limits, acceptor);
    }

    @Test
    void takesTheLoopsInTurns() throws Exception {
      BlockingQueue<EventLoop> homes = new LinkedBlockingQueue<>();
      try (Server server =
          open(
              ANY_PORT,
              AcceptLimits.NONE,
              (transport, home) -> {
                assertThat(home.inEventLoop()).isTrue();
                homes.add(home);
                transport.close();
              })) {
        List<EventLoop> served = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          new Socket(server.address().getAddress(), server.address().getPort()).close();
          served.add(homes.poll(10, TimeUnit.SECONDS));
        }
        assertThat(served).doesNotContainNull();
        assertThat(served.get(0)).isNotSameAs(served.get(1)).isSameAs(served.get(2));
        assertThat(served.get(1)).isSameAs(served.get(3));
      }
    }
  }

  /** A listener whose connections are served by so many other loops; by its own if none. */
  private static final class TcpServer implements SocketServerKit.Server {

    private final TcpLoop loop = TcpLoop.start("tcp server");
    private final List<TcpLoop> homes = new ArrayList<>();
    private final TcpListener listener;

    TcpServer(
        int others,
        InetSocketAddress address,
        AcceptLimits limits,
        BiConsumer<Transport, EventLoop> acceptor)
        throws Exception {
      for (int i = 0; i < others; i++) {
        homes.add(TcpLoop.start("tcp clients " + i));
      }
      try {
        listener = loop.listen(address, Network.REGTEST, limits, homes, acceptor);
      } catch (Exception e) {
        closeLoops();
        throw e;
      }
    }

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
      closeLoops();
    }

    private void closeLoops() {
      homes.forEach(TcpLoop::close);
      loop.close();
    }
  }
}
