package org.bitcoinmultiplexer.transport.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.tck.ConnectorKit;
import org.bitcoinmultiplexer.tck.EventLoopKit;
import org.bitcoinmultiplexer.tck.TransportKit;
import org.bitcoinmultiplexer.transport.AcceptLimits;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.bitcoinmultiplexer.transport.SocketServerKit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryTransportTest {

  /** Ends on loops of their own. */
  private static TransportKit.PairFixture pairOnTwoLoops(boolean framed) {
    EventLoops.OwnedLoop left = EventLoops.singleThread("left");
    EventLoops.OwnedLoop right = EventLoops.singleThread("right");
    MemoryPair pair =
        framed
            ? MemoryTransports.framedPair(left, right, Network.REGTEST)
            : MemoryTransports.pair(left, right);
    return new TransportKit.PairFixture() {
      @Override
      public Transport near() {
        return pair.left();
      }

      @Override
      public Transport far() {
        return pair.right();
      }

      @Override
      public void close() {
        pair.left().close();
        pair.right().close();
        left.close();
        right.close();
      }
    };
  }

  @Nested
  class Direct implements TransportKit {
    @Override
    public PairFixture openPair() {
      return pairOnTwoLoops(false);
    }
  }

  @Nested
  class Framed implements TransportKit {
    @Override
    public PairFixture openPair() {
      return pairOnTwoLoops(true);
    }

    @Override
    public DamagingFixture openDamaging() {
      return damaging();
    }
  }

  /** Both ends on one loop without a thread, driven by the test: every run is the same. */
  @Nested
  class Simulated implements TransportKit {
    @Override
    public PairFixture openPair() {
      ManualLoop loop = new ManualLoop();
      MemoryPair pair = MemoryTransports.pair(loop, loop);
      return new PairFixture() {
        @Override
        public Transport near() {
          return pair.left();
        }

        @Override
        public Transport far() {
          return pair.right();
        }

        @Override
        public <T> T await(CompletionStage<T> stage) throws Exception {
          loop.runUntil(() -> stage.toCompletableFuture().isDone());
          return stage.toCompletableFuture().get(0, TimeUnit.SECONDS);
        }

        @Override
        public void close() {
          pair.left().close();
          pair.right().close();
          loop.runUntil(loop::isEmpty);
        }
      };
    }
  }

  private static TransportKit.DamagingFixture damaging() {
    EventLoops.OwnedLoop loop = EventLoops.singleThread("damaged");
    MemoryPair pair = MemoryTransports.framedPair(loop, loop, Network.REGTEST);
    MemoryTransport far = (MemoryTransport) pair.right();
    return new TransportKit.DamagingFixture() {
      @Override
      public Transport near() {
        return pair.left();
      }

      @Override
      public void send(Message message) {
        far.send(message);
      }

      @Override
      public void sendDamaged(Message message) {
        byte[] frame = new byte[FrameEncoder.frameSize(message)];
        FrameEncoder.of(Network.REGTEST).frame(message).get(frame);
        frame[20] ^= 1;
        far.sendRaw(frame);
      }

      @Override
      public void sendGarbage() {
        far.sendRaw(new byte[100]);
      }

      @Override
      public void close() {
        far.close();
        loop.close();
      }
    };
  }

  @Nested
  class Loop implements EventLoopKit {
    @Override
    public LoopFixture openLoop() {
      ManualLoop loop = new ManualLoop();
      return new LoopFixture() {
        @Override
        public EventLoop loop() {
          return loop;
        }

        @Override
        public <T> T await(CompletionStage<T> stage) throws Exception {
          loop.runUntil(() -> stage.toCompletableFuture().isDone());
          return stage.toCompletableFuture().get(0, TimeUnit.SECONDS);
        }

        @Override
        public void close() {}
      };
    }
  }

  @Nested
  class Connectors implements ConnectorKit {
    @Override
    public ConnectorFixture openConnectors() {
      EventLoops.OwnedLoop loop = EventLoops.singleThread("memory");
      MemoryTransports network = MemoryTransports.direct();
      network.listen("echo", loop, MemoryTransportTest::echo);
      return new ConnectorFixture() {
        @Override
        public Connector toEcho() {
          return network.connector("echo", loop);
        }

        @Override
        public Connector toNobody() {
          return network.connector("nobody", loop);
        }

        @Override
        public void close() {
          loop.close();
        }
      };
    }
  }

  private static void echo(Transport transport) {
    transport.start(new SocketServerKit.Echo(transport));
  }

  @Test
  void passesTheVeryInstanceOn() {
    ManualLoop loop = new ManualLoop();
    MemoryPair pair = MemoryTransports.pair(loop, loop);
    SocketServerKit.Echo right = new SocketServerKit.Echo(pair.right());
    pair.right().start(right);
    Message message = Message.of("test", new byte[10]);
    pair.left().send(message);
    assertThat(pair.left().pendingBytes()).isEqualTo(34 + 112);
    loop.runUntil(loop::isEmpty);
    assertThat(right.messages.peek()).isSameAs(message);
    assertThat(pair.left().pendingBytes()).isZero();
  }

  @Test
  void holdsNoMoreConnectionsThanItsLimits() throws Exception {
    ManualLoop loop = new ManualLoop();
    MemoryTransports network = MemoryTransports.framed(Network.REGTEST);
    List<Transport> accepted = new ArrayList<>();
    AutoCloseable listening = network.listen("node", loop, new AcceptLimits(2, 1), accepted::add);
    for (String from : List.of("alice", "alice", "bob", "carol")) {
      network.connector("node", from, loop).connect();
    }
    loop.runUntil(loop::isEmpty);
    assertThat(accepted).extracting(Transport::remote).containsExactly("alice:1", "bob:3");
    accepted.get(0).close();
    network.connector("node", "alice", loop).connect();
    loop.runUntil(loop::isEmpty);
    assertThat(accepted).extracting(Transport::remote).endsWith("alice:5");
    listening.close();
    CompletableFuture<Transport> refused =
        network.connector("node", loop).connect().toCompletableFuture();
    loop.runUntil(loop::isEmpty);
    assertThat(refused)
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("node: connection refused");
  }

  @Test
  void refusesASecondListenerAtAName() {
    MemoryTransports network = MemoryTransports.direct();
    network.listen("node", new ManualLoop(), transport -> {});
    assertThatThrownBy(() -> network.listen("node", new ManualLoop(), transport -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("node");
  }
}
