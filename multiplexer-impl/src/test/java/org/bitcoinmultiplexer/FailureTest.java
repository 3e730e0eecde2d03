package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.memory.MemoryPair;
import org.bitcoinmultiplexer.transport.memory.MemoryTransports;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a multiplexer does when memory runs out. */
@Timeout(60)
class FailureTest {

  private static final Error OUT_OF_MEMORY = new OutOfMemoryError("thrown on purpose by a test");

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private final MultiplexerListener listener =
      new MultiplexerListener() {
        @Override
        public void onFailed(Throwable cause) {
          events.add("failed: " + cause.getMessage());
        }

        @Override
        public void onClientClosed(String remote, String reason) {
          events.add("closed: " + reason);
        }
      };

  /** Memory runs out when it dials. */
  private static final class Exhausted implements Connector {

    @Override
    public CompletionStage<Transport> connect() {
      throw (OutOfMemoryError) OUT_OF_MEMORY;
    }

    @Override
    public String target() {
      return "nowhere";
    }
  }

  private MultiplexerBuilder builder() {
    return BitcoinMultiplexer.builder()
        .network(Network.REGTEST)
        .upstream(new Exhausted())
        .listener(listener);
  }

  private void assertTellsAndCloses(BitcoinMultiplexer multiplexer) throws Exception {
    EventLoops.OwnedLoop clients = EventLoops.singleThread("clients");
    try (multiplexer;
        clients) {
      MemoryPair pair = MemoryTransports.pair(clients, clients);
      CompletableFuture<String> closed = new CompletableFuture<>();
      pair.left()
          .start(
              new Transport.Listener() {
                @Override
                public void onMessage(org.bitcoinmultiplexer.api.Message message) {}

                @Override
                public void onRejected(String reason) {}

                @Override
                public void onWritable() {}

                @Override
                public void onClosed(String cause) {
                  closed.complete(cause);
                }
              });
      multiplexer.accept(pair.right());
      multiplexer.start();
      assertThat(events.poll(10, TimeUnit.SECONDS))
          .isEqualTo("failed: thrown on purpose by a test");
      assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("closed: the multiplexer is closed");
      assertThat(closed.get(10, TimeUnit.SECONDS)).isNotBlank();
    }
    assertThat(events).isEmpty();
  }

  @Test
  void tellsTheListenerAndClosesItselfOnALoopOfItsOwn() throws Exception {
    assertTellsAndCloses(builder().build());
  }

  @Test
  void tellsTheListenerAndClosesItselfOnALoopThatWasGiven() throws Exception {
    try (EventLoops.OwnedLoop loop = EventLoops.singleThread("given")) {
      assertTellsAndCloses(builder().loop(loop).build());
    }
  }
}
