package org.bitcoinmultiplexer.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.DefaultEventLoopGroup;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.tck.ConnectorKit;
import org.bitcoinmultiplexer.tck.EventLoopKit;
import org.bitcoinmultiplexer.tck.TransportKit;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.SocketPair;
import org.bitcoinmultiplexer.transport.SocketServerKit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class NettyTransportsTest {

  private static EventLoopGroup nio() {
    return new NioEventLoopGroup(2, new DefaultThreadFactory("nio", true));
  }

  private static EventLoopGroup epoll() {
    return new EpollEventLoopGroup(2, new DefaultThreadFactory("epoll", true));
  }

  private static void end(EventLoopGroup group) {
    group.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly(10_000);
  }

  /** A pair of which either end may be the one under test. */
  private static TransportKit.PairFixture open(EventLoopGroup group, boolean nearIsAccepted)
      throws Exception {
    NettyTransports transports = NettyTransports.on(group, Network.REGTEST);
    CompletableFuture<Transport> accepted = new CompletableFuture<>();
    NettyListener listener =
        transports.listen(
            SocketServerKit.ANY_PORT, (transport, loop) -> accepted.complete(transport));
    return SocketPair.of(
        accepted,
        transports.connector("127.0.0.1", listener.address().getPort()).connect(),
        nearIsAccepted,
        listener::connections,
        () -> {
          listener.close();
          end(group);
        });
  }

  private static SocketServerKit.Server serve(
      EventLoopGroup group,
      InetSocketAddress address,
      AcceptLimits limits,
      BiConsumer<Transport, EventLoop> acceptor)
      throws Exception {
    NettyListener listener;
    try {
      listener = NettyTransports.on(group, Network.REGTEST).listen(address, limits, acceptor);
    } catch (Exception e) {
      end(group);
      throw e;
    }
    InetSocketAddress bound = listener.address();
    return new SocketServerKit.Server() {
      @Override
      public InetSocketAddress address() {
        return bound;
      }

      @Override
      public int connections() {
        return listener.connections();
      }

      @Override
      public void close() {
        end(group);
      }
    };
  }

  @Nested
  class NioAccepted implements TransportKit {
    @Override
    public PairFixture openPair() throws Exception {
      return open(nio(), true);
    }
  }

  @Nested
  class NioDialled implements TransportKit {
    @Override
    public PairFixture openPair() throws Exception {
      return open(nio(), false);
    }
  }

  @Nested
  class NioServer implements SocketServerKit {
    @Override
    public Server open(
        InetSocketAddress address, AcceptLimits limits, BiConsumer<Transport, EventLoop> acceptor)
        throws Exception {
      return serve(nio(), address, limits, acceptor);
    }
  }

  @Nested
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  class EpollAccepted implements TransportKit {
    @Override
    public PairFixture openPair() throws Exception {
      return open(epoll(), true);
    }
  }

  @Nested
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  class EpollDialled implements TransportKit {
    @Override
    public PairFixture openPair() throws Exception {
      return open(epoll(), false);
    }
  }

  @Nested
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  class EpollServer implements SocketServerKit {
    @Override
    public Server open(
        InetSocketAddress address, AcceptLimits limits, BiConsumer<Transport, EventLoop> acceptor)
        throws Exception {
      return serve(epoll(), address, limits, acceptor);
    }
  }

  @Nested
  class Loop implements EventLoopKit {
    @Override
    public LoopFixture openLoop() {
      EventLoopGroup group = nio();
      EventLoop loop = new NettyLoop(group.next());
      return new LoopFixture() {
        @Override
        public EventLoop loop() {
          return loop;
        }

        @Override
        public void close() {
          end(group);
        }
      };
    }
  }

  @Nested
  class Connectors implements ConnectorKit {
    @Override
    public ConnectorFixture openConnectors() throws Exception {
      NettyTransports transports = NettyTransports.start("netty", 2, Network.REGTEST);
      NettyListener echo =
          transports.listen(
              SocketServerKit.ANY_PORT,
              (transport, loop) -> transport.start(new SocketServerKit.Echo(transport)));
      NettyListener gone = transports.listen(SocketServerKit.ANY_PORT, (transport, loop) -> {});
      int free = gone.address().getPort();
      gone.close();
      return new ConnectorFixture() {
        @Override
        public Connector toEcho() {
          return transports.connector("127.0.0.1", echo.address().getPort());
        }

        @Override
        public Connector toNobody() {
          return transports.connector("127.0.0.1", free);
        }

        @Override
        public void close() {
          transports.close();
        }
      };
    }
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void hereTheTestsMeetEpollIndeed() {
    assertThat(Epoll.isAvailable()).isTrue();
  }

  @Test
  void refusesEventLoopsThatHaveNoSockets() {
    EventLoopGroup group = new DefaultEventLoopGroup(1);
    assertThatThrownBy(() -> NettyTransports.on(group, Network.REGTEST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("DefaultEventLoopGroup");
    end(group);
  }

  @Test
  void leavesAHostsEventLoopsAlone() {
    EventLoopGroup group = nio();
    NettyTransports.on(group, Network.REGTEST).close();
    assertThat(group.isShuttingDown()).isFalse();
    end(group);
  }

  @Test
  void servesTheNodeInTheLoopItWasToldTo() throws Exception {
    try (NettyTransports transports = NettyTransports.start("netty", 4, Network.REGTEST)) {
      NettyListener echo =
          transports.listen(
              SocketServerKit.ANY_PORT,
              (transport, loop) -> transport.start(new SocketServerKit.Echo(transport)));
      for (int i = 0; i < 8; i++) {
        EventLoop loop = transports.loop();
        Transport dialled =
            transports
                .connector("127.0.0.1", echo.address().getPort(), loop)
                .connect()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        CompletableFuture<Boolean> inLoop = new CompletableFuture<>();
        dialled.start(
            new SocketServerKit.Echo(dialled) {
              @Override
              public void onMessage(Message message) {
                inLoop.complete(loop.inEventLoop());
              }
            });
        dialled.send(Message.of("test", new byte[0]));
        assertThat(inLoop.get(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void letsAMultiplexerLiveOnALoopOfNettys() throws Exception {
    try (NettyTransports transports = NettyTransports.start("netty", 2, Network.REGTEST)) {
      EventLoop loop = transports.loop();
      int free;
      try (NettyListener gone = transports.listen(SocketServerKit.ANY_PORT, (t, l) -> {})) {
        free = gone.address().getPort();
      }
      CompletableFuture<Boolean> inLoop = new CompletableFuture<>();
      try (BitcoinMultiplexer multiplexer =
          BitcoinMultiplexer.builder()
              .network(Network.REGTEST)
              .loop(loop)
              .upstream(transports.connector("127.0.0.1", free, loop))
              .listener(
                  new MultiplexerListener() {
                    @Override
                    public void onUpstreamLost(String target, String reason) {
                      inLoop.complete(loop.inEventLoop());
                    }
                  },
                  Runnable::run)
              .build()) {
        multiplexer.start();
        assertThat(inLoop.get(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  @Test
  void dialsInNoLoopButNettys() {
    try (NettyTransports transports = NettyTransports.start("netty", 1, Network.REGTEST);
        EventLoops.OwnedLoop other = EventLoops.singleThread("other")) {
      assertThatThrownBy(() -> transports.connector("127.0.0.1", 8333, other))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("event loop other");
    }
  }
}
