package org.bitcoinmultiplexer.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What everything that listens at a socket must bear. Its peers are plain sockets, which can do
 * what no transport would.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public interface SocketServerKit {

  InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  /** Listens for the regression test network. */
  Server open(
      InetSocketAddress address, AcceptLimits limits, BiConsumer<Transport, EventLoop> acceptor)
      throws Exception;

  /** A listener, and whatever it runs on. */
  interface Server extends AutoCloseable {
    InetSocketAddress address();

    int connections();

    /** Closes the listener, the connections, the threads. */
    @Override
    void close();
  }

  /** Sends back what it gets, and remembers it and how it ended. */
  class Echo implements Transport.Listener {
    final Transport transport;
    public final BlockingQueue<Message> messages = new LinkedBlockingQueue<>();
    public final CompletableFuture<String> closed = new CompletableFuture<>();
    volatile boolean unreadable;

    public Echo(Transport transport) {
      this.transport = transport;
    }

    @Override
    public void onMessage(Message message) {
      messages.add(message);
      transport.send(message);
    }

    @Override
    public void onRejected(String reason) {}

    @Override
    public void onWritable() {}

    @Override
    public void onUnreadable(String reason) {
      unreadable = true;
    }

    @Override
    public void onClosed(String cause) {
      closed.complete(cause);
    }
  }

  private Server echo(AcceptLimits limits, BlockingQueue<Echo> accepted) throws Exception {
    return open(
        ANY_PORT,
        limits,
        (transport, loop) -> {
          Echo echo = new Echo(transport);
          accepted.add(echo);
          transport.start(echo);
        });
  }

  private static Socket dial(Server server) throws IOException {
    Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static Message message(int size) {
    byte[] body = new byte[size];
    new Random(size).nextBytes(body);
    return Message.of("test", body);
  }

  private static byte[] frame(Message message) {
    return frame(Network.REGTEST, message);
  }

  private static byte[] frame(Network network, Message message) {
    ByteBuffer frame = FrameEncoder.of(network).frame(message);
    byte[] bytes = new byte[frame.remaining()];
    frame.get(bytes);
    return bytes;
  }

  @Test
  default void acceptsAThousandConnectionsAtOnce() throws Exception {
    int count = 1_000;
    BlockingQueue<Echo> accepted = new ArrayBlockingQueue<>(count);
    List<Socket> sockets = new ArrayList<>();
    try (Server server = echo(AcceptLimits.NONE, accepted)) {
      byte[] frame = frame(message(5));
      for (int i = 0; i < count; i++) {
        sockets.add(dial(server));
      }
      for (Socket socket : sockets) {
        socket.getOutputStream().write(frame);
      }
      for (Socket socket : sockets) {
        assertThat(socket.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
      }
      assertThat(server.connections()).isEqualTo(count);
      for (Socket socket : sockets) {
        socket.close();
      }
      for (Echo echo : accepted) {
        assertThat(echo.closed.get(10, TimeUnit.SECONDS)).contains("closed by the peer");
      }
      assertThat(server.connections()).isZero();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  default void readsAPeerThatSendsOneByteAtATime() throws Exception {
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    try (Server server = echo(AcceptLimits.NONE, accepted);
        Socket socket = dial(server)) {
      socket.setTcpNoDelay(true);
      Message message = message(300);
      byte[] frame = frame(message);
      for (int round = 0; round < 2; round++) {
        for (byte one : frame) {
          socket.getOutputStream().write(one);
        }
        assertThat(socket.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
      }
      Echo echo = accepted.poll(10, TimeUnit.SECONDS);
      assertThat(echo.messages).containsExactly(message, message);
    }
  }

  @Test
  default void closesWhenThePeerGoesInTheMiddleOfAMessage() throws Exception {
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    try (Server server = echo(AcceptLimits.NONE, accepted)) {
      try (Socket socket = dial(server)) {
        byte[] frame = frame(message(1_000));
        socket.getOutputStream().write(frame, 0, 500);
      }
      Echo echo = accepted.poll(10, TimeUnit.SECONDS);
      assertThat(echo.closed.get(10, TimeUnit.SECONDS)).contains("within a frame");
      assertThat(echo.messages).isEmpty();
    }
  }

  /** Says what it has to say only once its peer says no more. */
  final class LastWord extends Echo {
    private final Message word;

    LastWord(Transport transport, Message word) {
      super(transport);
      this.word = word;
    }

    @Override
    public boolean onInputShutdown(String cause) {
      transport.send(word);
      transport.close();
      return true;
    }
  }

  @Test
  default void aPeerThatSaysNoMoreReadsOn() throws Exception {
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    Message word = message(3_000_000);
    BiConsumer<Transport, EventLoop> acceptor =
        (transport, loop) -> {
          Echo listener = new LastWord(transport, word);
          accepted.add(listener);
          transport.start(listener);
        };
    try (Server server = open(ANY_PORT, AcceptLimits.NONE, acceptor);
        Socket socket = dial(server)) {
      byte[] asked = frame(message(10));
      socket.getOutputStream().write(asked);
      socket.shutdownOutput();
      InputStream in = socket.getInputStream();
      assertThat(in.readNBytes(asked.length)).isEqualTo(asked);
      byte[] answer = frame(word);
      assertThat(in.readNBytes(answer.length)).isEqualTo(answer);
      assertThat(in.read()).isEqualTo(-1);
      assertThat(accepted.take().closed.get(10, TimeUnit.SECONDS)).isEqualTo("closed here");
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  default void aPeerThatNeverReadsCostsOnlyWhatItsSenderQueuesAndDelaysNobody() throws Exception {
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    try (Server server = echo(AcceptLimits.NONE, accepted);
        Socket stalled = dial(server)) {
      Echo toStalled = accepted.poll(10, TimeUnit.SECONDS);
      Message block = message(1_000_000);
      long queued = 0;
      for (int i = 0; i < 30; i++) {
        toStalled.transport.send(block);
        queued += FrameEncoder.frameSize(block);
      }
      try (Socket other = dial(server)) {
        byte[] frame = frame(message(50_000));
        for (int i = 0; i < 20; i++) {
          other.getOutputStream().write(frame);
          assertThat(other.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
        }
      }
      assertThat(toStalled.transport.pendingBytes()).isBetween(1_000_000L, queued);
      assertThat(toStalled.closed).isNotDone();
      // It had only been slow: all of it is still there.
      InputStream in = stalled.getInputStream();
      byte[] frame = frame(block);
      for (int i = 0; i < 30; i++) {
        assertThat(in.readNBytes(frame.length)).isEqualTo(frame);
      }
    }
  }

  @Test
  default void closesAPeerOfAnotherNetworkWithAReasonThatSaysSo() throws Exception {
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    try (Server server = echo(AcceptLimits.NONE, accepted);
        Socket socket = dial(server)) {
      socket.getOutputStream().write(frame(Network.MAINNET, message(10)));
      Echo echo = accepted.poll(10, TimeUnit.SECONDS);
      assertThat(echo.closed.get(10, TimeUnit.SECONDS))
          .contains("magic", "that of mainnet", "not that of regtest");
      assertThat(echo.messages).isEmpty();
    }
  }

  /**
   * An encrypted hello, or the first line of a page: too short for a frame, and no more follows.
   */
  @Test
  default void closesAPeerThatSpeaksSomethingElseAtOnce() throws Exception {
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    try (Server server = echo(AcceptLimits.NONE, accepted);
        Socket socket = dial(server)) {
      socket.getOutputStream().write(new byte[] {0x47, 0x45, 0x54, 0x20, 0x2f, 0x0d, 0x0a});
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
      Echo echo = accepted.take();
      assertThat(echo.closed.get(10, TimeUnit.SECONDS))
          .isEqualTo(
              "magic 20544547 is that of no network known here, not that of regtest, dab5bffa:"
                  + " an encrypted hello (BIP324), or another protocol");
      assertThat(echo.unreadable).isTrue();
    }
  }

  @Test
  default void letsInNoMoreThanTheLimitsPermitAndAgainWhenSomebodyHasGone() throws Exception {
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    byte[] frame = frame(message(5));
    try (Server server = echo(new AcceptLimits(3, 2), accepted);
        Socket first = dial(server)) {
      first.getOutputStream().write(frame);
      assertThat(first.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
      Echo toFirst = accepted.poll(10, TimeUnit.SECONDS);
      Socket second = dial(server);
      second.getOutputStream().write(frame);
      assertThat(second.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
      try (Socket third = dial(server)) {
        assertThat(third.getInputStream().read()).isEqualTo(-1);
      }
      assertThat(server.connections()).isEqualTo(2);
      first.close();
      toFirst.closed.get(10, TimeUnit.SECONDS);
      try (Socket fourth = dial(server)) {
        fourth.getOutputStream().write(frame);
        assertThat(fourth.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
      }
      second.close();
    }
  }

  @Test
  default void readsOnceThereIsMemoryForWhatArrives() throws Exception {
    AtomicBoolean full = new AtomicBoolean(true);
    CountDownLatch refused = new CountDownLatch(3);
    FrameDecoder.Memory memory =
        new FrameDecoder.Memory() {
          @Override
          public boolean reserve(int bytes) {
            refused.countDown();
            return !full.get();
          }

          @Override
          public void release(int bytes) {}

          @Override
          public void close() {}
        };
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    try (Server server = echo(AcceptLimits.NONE.receiving(remote -> memory), accepted);
        Socket socket = dial(server)) {
      byte[] first = frame(message(9_000));
      byte[] second = frame(message(8_000));
      socket.getOutputStream().write(first);
      socket.getOutputStream().write(second);
      assertThat(refused.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(accepted.take().messages).isEmpty();
      full.set(false);
      assertThat(socket.getInputStream().readNBytes(first.length)).isEqualTo(first);
      assertThat(socket.getInputStream().readNBytes(second.length)).isEqualTo(second);
    }
  }

  @Test
  default void survivesAnAcceptorThatThrows() throws Exception {
    CountDownLatch thrown = new CountDownLatch(1);
    try (Server server =
            open(
                ANY_PORT,
                AcceptLimits.NONE,
                (transport, loop) -> {
                  if (thrown.getCount() > 0) {
                    thrown.countDown();
                    throw new IllegalStateException("thrown on purpose by an acceptor");
                  }
                  transport.start(new Echo(transport));
                });
        Socket unlucky = dial(server)) {
      assertThat(unlucky.getInputStream().read()).isEqualTo(-1);
      try (Socket next = dial(server)) {
        byte[] frame = frame(message(5));
        next.getOutputStream().write(frame);
        assertThat(next.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
      }
    }
  }

  @Test
  default void givesTheAcceptorTheLoopThatTheCallbacksComeFrom() throws Exception {
    CompletableFuture<Boolean> inside = new CompletableFuture<>();
    try (Server server =
            open(
                ANY_PORT,
                AcceptLimits.NONE,
                (transport, loop) ->
                    transport.start(
                        new Transport.Listener() {
                          @Override
                          public void onMessage(Message message) {
                            inside.complete(loop.inEventLoop());
                          }

                          @Override
                          public void onRejected(String reason) {}

                          @Override
                          public void onWritable() {}

                          @Override
                          public void onClosed(String cause) {}
                        }));
        Socket socket = dial(server)) {
      socket.getOutputStream().write(frame(message(1)));
      assertThat(inside.get(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  default void saysInWordsWhyAnAddressCouldNotBeHad() throws Exception {
    try (Server server = open(ANY_PORT, AcceptLimits.NONE, (transport, loop) -> {})) {
      assertThatThrownBy(
              () -> open(server.address(), AcceptLimits.NONE, (transport, loop) -> {}).close())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + server.address().getPort())
          .hasMessageContaining("in use");
    }
  }

  @Test
  default void tellsItsConnectionsThatTheirLoopWasClosed() throws Exception {
    BlockingQueue<Echo> accepted = new LinkedBlockingQueue<>();
    Echo echo;
    try (Server server = echo(AcceptLimits.NONE, accepted)) {
      try (Socket socket = dial(server)) {
        echo = accepted.poll(10, TimeUnit.SECONDS);
        byte[] frame = frame(message(5));
        socket.getOutputStream().write(frame); // by whose echo it has surely been started
        assertThat(socket.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
        server.close();
        assertThat(echo.closed.get(10, TimeUnit.SECONDS)).contains("event loop");
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
      }
    }
  }
}
