package org.bitcoinmultiplexer.transport.tcp;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.tck.TransportKit;
import org.bitcoinmultiplexer.transport.SocketPair;
import org.bitcoinmultiplexer.transport.SocketServerKit;
import org.junit.jupiter.api.Nested;

class TcpTransportTest {

  /** A pair of which either end may be the one under test. */
  private static TransportKit.PairFixture open(boolean nearIsAccepted) throws Exception {
    TcpLoop nearLoop = TcpLoop.start("accepting");
    TcpLoop farLoop = TcpLoop.start("dialling");
    CompletableFuture<Transport> accepted = new CompletableFuture<>();
    TcpListener listener =
        nearLoop.listen(SocketServerKit.ANY_PORT, Network.REGTEST, accepted::complete);
    return SocketPair.of(
        accepted,
        farLoop.connector("127.0.0.1", listener.address().getPort(), Network.REGTEST).connect(),
        nearIsAccepted,
        listener::connections,
        () -> {
          listener.close();
          nearLoop.close();
          farLoop.close();
        });
  }

  @Nested
  class Accepted implements TransportKit {
    @Override
    public PairFixture openPair() throws Exception {
      return open(true);
    }
  }

  @Nested
  class Dialled implements TransportKit {
    @Override
    public PairFixture openPair() throws Exception {
      return open(false);
    }

    @Override
    public DamagingFixture openDamaging() throws Exception {
      return damaging();
    }
  }

  private static TransportKit.DamagingFixture damaging() throws Exception {
    TcpLoop loop = TcpLoop.start("damaged");
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Transport near =
        loop.connector("127.0.0.1", server.getLocalPort(), Network.REGTEST)
            .connect()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    Socket peer = server.accept();
    OutputStream out = peer.getOutputStream();
    return new TransportKit.DamagingFixture() {
      @Override
      public Transport near() {
        return near;
      }

      @Override
      public void send(Message message) throws Exception {
        out.write(FrameEncoder.of(Network.REGTEST).frame(message).array());
      }

      @Override
      public void sendDamaged(Message message) throws Exception {
        byte[] frame = FrameEncoder.of(Network.REGTEST).frame(message).array();
        frame[20] ^= 1;
        out.write(frame);
      }

      @Override
      public void sendGarbage() throws Exception {
        out.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }

      @Override
      public void close() throws Exception {
        peer.close();
        server.close();
        loop.close();
      }
    };
  }
}
