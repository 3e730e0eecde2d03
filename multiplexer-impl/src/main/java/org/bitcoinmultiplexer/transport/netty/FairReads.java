package org.bitcoinmultiplexer.transport.netty;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * Netty's usual sizes of what is read at a time, and an end of it when a connection has had its
 * share of a round of the loop: the rest waits for the next round, and the other connections do
 * not. Netty itself counts reads only, and takes a read of a block and one of thousands of small
 * messages for the same.
 */
final class FairReads implements RecvByteBufAllocator {

  private static final int MOST_READS = 16; // as many as Netty allows by itself

  private final AdaptiveRecvByteBufAllocator sizes = new AdaptiveRecvByteBufAllocator();
  private final long nanosPerRound;

  FairReads(long nanosPerRound) {
    sizes.maxMessagesPerRead(MOST_READS);
    this.nanosPerRound = nanosPerRound;
  }

  @Override
  @SuppressWarnings("deprecation") // deprecated in favour of what the interface's own method wants
  public ExtendedHandle newHandle() {
    return new FairHandle((ExtendedHandle) sizes.newHandle());
  }

  /** Belongs to one connection, and its loop. */
  private final class FairHandle extends DelegatingHandle implements ExtendedHandle {

    private final ExtendedHandle usual;
    private long begun;

    FairHandle(ExtendedHandle usual) {
      super(usual);
      this.usual = usual;
    }

    @Override
    public void reset(ChannelConfig config) {
      begun = System.nanoTime();
      super.reset(config);
    }

    @Override
    public boolean continueReading() {
      return hasTime() && super.continueReading();
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
      return hasTime() && usual.continueReading(maybeMoreData);
    }

    private boolean hasTime() {
      return System.nanoTime() - begun < nanosPerRound;
    }
  }
}
