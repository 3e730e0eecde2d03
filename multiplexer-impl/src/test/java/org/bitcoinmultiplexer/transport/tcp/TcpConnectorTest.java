package org.bitcoinmultiplexer.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.tck.ConnectorKit;
import org.bitcoinmultiplexer.transport.SocketServerKit;
import org.junit.jupiter.api.Test;

class TcpConnectorTest implements ConnectorKit {

  @Override
  public ConnectorFixture openConnectors() throws Exception {
    TcpLoop loop = TcpLoop.start("tcp connector");
    TcpListener echo =
        loop.listen(
            SocketServerKit.ANY_PORT,
            Network.REGTEST,
            transport -> transport.start(new SocketServerKit.Echo(transport)));
    int free = freePort();
    return new ConnectorFixture() {
      @Override
      public Connector toEcho() {
        return loop.connector("127.0.0.1", echo.address().getPort(), Network.REGTEST);
      }

      @Override
      public Connector toNobody() {
        return loop.connector("127.0.0.1", free, Network.REGTEST);
      }

      @Override
      public void close() {
        loop.close();
      }
    };
  }

  static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static String failureOf(Connector connector) {
    return catchThrowable(() -> connector.connect().toCompletableFuture().get(10, TimeUnit.SECONDS))
        .getCause()
        .getMessage();
  }

  @Test
  void looksNamesUpAndTriesTheirAddressesInTurn() throws Exception {
    try (TcpLoop loop = TcpLoop.start("tcp connector")) {
      TcpListener listener =
          loop.listen(SocketServerKit.ANY_PORT, Network.REGTEST, transport -> {});
      Transport transport =
          loop.connector("localhost", listener.address().getPort(), Network.REGTEST)
              .connect()
              .toCompletableFuture()
              .get(10, TimeUnit.SECONDS);
      assertThat(transport.remote()).isEqualTo("127.0.0.1:" + listener.address().getPort());
    }
  }

  @Test
  void givesUpAfterItsTimeout() throws Exception {
    List<Socket> fillers = new ArrayList<>();
    // A listener that never accepts, its backlog filled up: the kernel answers no more.
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TcpLoop loop = TcpLoop.start("tcp connector")) {
      InetSocketAddress address = (InetSocketAddress) deaf.getLocalSocketAddress();
      try {
        for (int i = 0; i < 16; i++) {
          Socket filler = new Socket();
          fillers.add(filler);
          filler.connect(address, 200);
        }
      } catch (java.net.SocketTimeoutException full) {
        assertThat(fillers).isNotEmpty();
      }
      String failure =
          failureOf(
              loop.connector(
                  "127.0.0.1", address.getPort(), Network.REGTEST, Duration.ofMillis(200)));
      assertThat(failure).isEqualTo("127.0.0.1:" + address.getPort() + ": no answer within 200 ms");
    } finally {
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void saysThatItsLoopIsClosed() {
    TcpLoop loop = TcpLoop.start("tcp connector");
    Connector connector = loop.connector("127.0.0.1", 1, Network.REGTEST);
    loop.close();
    assertThat(failureOf(connector)).isEqualTo("127.0.0.1:1: the event loop is closed");
  }

  @Test
  void refusesPortsAndTimeoutsThatMakeNoSense() {
    try (TcpLoop loop = TcpLoop.start("tcp connector")) {
      assertThatThrownBy(() -> loop.connector("127.0.0.1", 0, Network.REGTEST))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not 0");
      assertThatThrownBy(
              () -> loop.connector("127.0.0.1", 70_000, Network.REGTEST, Duration.ofSeconds(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("70000");
      assertThatThrownBy(
              () -> loop.connector("127.0.0.1", 8333, Network.REGTEST, Duration.ofSeconds(-1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("PT-1S");
    }
  }

  @Test
  void writesAddressesOfTheSixthVersionInBrackets() {
    try (TcpLoop loop = TcpLoop.start("tcp connector")) {
      assertThat(loop.connector("2001:db8::7", 8333, Network.REGTEST).target())
          .isEqualTo("[2001:db8::7]:8333");
    }
  }
}
