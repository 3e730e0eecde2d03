package org.bitcoinmultiplexer.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FairReadsTest {

  private static RecvByteBufAllocator.ExtendedHandle afterAFullRead(Duration share) {
    RecvByteBufAllocator.ExtendedHandle handle = new FairReads(share.toNanos()).newHandle();
    handle.reset(new EmbeddedChannel().config());
    handle.attemptedBytesRead(1_000);
    handle.lastBytesRead(1_000);
    handle.incMessagesRead(1);
    return handle;
  }

  @Test
  void readsOnWhileTheConnectionHasTime() {
    RecvByteBufAllocator.ExtendedHandle handle = afterAFullRead(Duration.ofHours(1));
    assertThat(handle.continueReading()).isTrue();
    assertThat(handle.continueReading(() -> true)).isTrue();
    assertThat(handle.continueReading(() -> false)).isFalse();
  }

  @Test
  void stopsWhenItsShareOfTheRoundIsOver() {
    RecvByteBufAllocator.ExtendedHandle handle = afterAFullRead(Duration.ZERO);
    assertThat(handle.continueReading()).isFalse();
    assertThat(handle.continueReading(() -> true)).isFalse();
  }
}
