package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.memory.MemoryPair;
import org.bitcoinmultiplexer.transport.memory.MemoryTransports;
import org.bitcoinmultiplexer.transport.tcp.TcpListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A multiplexer says at once, and to whoever asks, what it cannot do any more. */
@Timeout(60)
class LifeTest {

  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  private static BitcoinMultiplexer multiplexer() {
    return BitcoinMultiplexer.builder().network(Network.REGTEST).upstream("127.0.0.1:1").build();
  }

  @Test
  void isStartedOnce() {
    try (BitcoinMultiplexer multiplexer = multiplexer()) {
      multiplexer.start();
      assertThatThrownBy(multiplexer::start).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void neitherStartsNorListensAfterItWasClosed() throws Exception {
    BitcoinMultiplexer multiplexer = multiplexer();
    InetSocketAddress address = multiplexer.listen(ANY_PORT).address();
    multiplexer.close();
    assertThatThrownBy(multiplexer::start).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> multiplexer.listen(ANY_PORT))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
        .isInstanceOf(java.net.ConnectException.class);
  }

  @Test
  void stopsListeningAtOnePlaceAndGoesOnAtAnother() throws Exception {
    try (BitcoinMultiplexer multiplexer = multiplexer()) {
      TcpListener one = multiplexer.listen(ANY_PORT);
      TcpListener other = multiplexer.listen(ANY_PORT);
      one.close();
      assertThat(one.isListening()).isFalse();
      assertThatThrownBy(() -> connect(one.address()))
          .isInstanceOf(java.net.ConnectException.class);
      connect(other.address());
      multiplexer.listen(one.address()); // which is free
      connect(one.address());
    }
  }

  private static void connect(InetSocketAddress address) throws IOException {
    new Socket(address.getAddress(), address.getPort()).close();
  }

  @Test
  void closesAClientThatComesTooLateAndSaysSo() throws Exception {
    BitcoinMultiplexer multiplexer = multiplexer();
    multiplexer.close();
    try (EventLoops.OwnedLoop loop = EventLoops.singleThread("clients")) {
      MemoryPair pair = MemoryTransports.pair(loop, loop);
      CompletableFuture<String> closed = new CompletableFuture<>();
      pair.left().start(new Ending(closed));
      assertThatThrownBy(() -> multiplexer.accept(pair.right()))
          .isInstanceOf(IllegalStateException.class);
      assertThat(closed.get(10, TimeUnit.SECONDS)).isNotEmpty();
    }
  }

  private record Ending(CompletableFuture<String> closed) implements Transport.Listener {

    @Override
    public void onMessage(Message message) {}

    @Override
    public void onRejected(String reason) {}

    @Override
    public void onWritable() {}

    @Override
    public void onClosed(String cause) {
      closed.complete(cause);
    }
  }
}
