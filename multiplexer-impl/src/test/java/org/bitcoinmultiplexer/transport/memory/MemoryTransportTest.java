package org.bitcoinmultiplexer.transport.memory;

import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.tck.TransportKit;
import org.bitcoinmultiplexer.transport.EventLoops;
import org.junit.jupiter.api.Nested;

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
  }
}
