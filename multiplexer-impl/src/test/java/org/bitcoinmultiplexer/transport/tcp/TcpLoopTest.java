package org.bitcoinmultiplexer.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.tck.EventLoopKit;
import org.bitcoinmultiplexer.transport.FailingLoops;
import org.bitcoinmultiplexer.transport.SocketServerKit;
import org.junit.jupiter.api.Test;

class TcpLoopTest implements EventLoopKit {

  @Override
  public LoopFixture openLoop() {
    TcpLoop loop = TcpLoop.start("tcp loop under test");
    return new LoopFixture() {
      @Override
      public EventLoop loop() {
        return loop;
      }

      @Override
      public void close() {
        loop.close();
      }
    };
  }

  @Test
  void endsAfterAnErrorThatNoProgramSurvivesAndTellsWhoWantsToKnow() throws Exception {
    FailingLoops.assertEndsAfterAFatalError(TcpLoop.start("failing"));
  }

  @Test
  void closesItsConnectionsWhenMemoryRunsOutInOneOfThem() throws Exception {
    TcpLoop loop = TcpLoop.start("failing");
    TcpListener listener =
        loop.listen(
            SocketServerKit.ANY_PORT,
            Network.REGTEST,
            accepted ->
                accepted.start(
                    new SocketServerKit.Echo(accepted) {
                      @Override
                      public void onMessage(Message message) {
                        throw new OutOfMemoryError("thrown on purpose by a test");
                      }
                    }));
    try (Socket bystander =
            new Socket(InetAddress.getLoopbackAddress(), listener.address().getPort());
        Socket culprit =
            new Socket(InetAddress.getLoopbackAddress(), listener.address().getPort())) {
      bystander.setSoTimeout(10_000);
      culprit
          .getOutputStream()
          .write(FrameEncoder.of(Network.REGTEST).frame(Message.of("test", new byte[0])).array());
      assertThat(bystander.getInputStream().read()).isEqualTo(-1);
    } finally {
      loop.close();
    }
  }
}
