package org.bitcoinmultiplexer.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FrameDecoder;
import org.bitcoinmultiplexer.bitcoin.wire.FrameEncoder;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.Test;

class MemoryWaitTest {

  private static final Duration MOMENT = Duration.ofMillis(100);

  private final SimulatedLoop loop = new SimulatedLoop();
  private final List<String> heard = new ArrayList<>();
  private boolean full = true;
  private boolean open = true;

  private final FrameDecoder decoder =
      new FrameDecoder(
          Network.REGTEST,
          new FrameDecoder.Memory() {
            @Override
            public boolean reserve(int bytes) {
              return !full;
            }

            @Override
            public void release(int bytes) {}

            @Override
            public void close() {}
          },
          new FrameDecoder.Listener() {
            @Override
            public void onMessage(Message message) {
              heard.add(message.command());
            }

            @Override
            public void onDropped(String reason) {}

            @Override
            public void onFatal(String reason) {
              heard.add(reason);
            }
          });

  private final MemoryWait wait = new MemoryWait(loop, () -> open, () -> heard.add("over"));

  private void arrives() {
    decoder.decode(FrameEncoder.of(Network.REGTEST).frame(Message.of("addr", new byte[9_000])));
    wait.await(decoder);
  }

  @Test
  void whoHasToWaitGoesOnWhenThereIsRoom() {
    arrives();
    loop.advance(MemoryWait.PATIENCE.minus(MOMENT));
    assertThat(wait.isWaiting()).isTrue();
    assertThat(heard).isEmpty();
    full = false;
    loop.advance(MOMENT);
    assertThat(heard).containsExactly("addr", "over");
    assertThat(wait.isWaiting()).isFalse();
  }

  @Test
  void whoWaitsForTooLongIsRefused() {
    arrives();
    loop.advance(MemoryWait.PATIENCE.plus(MOMENT));
    assertThat(heard).containsExactly("no memory is left for the 9000 bytes of its addr", "over");
    assertThat(loop.pendingTimers()).isZero();
  }

  @Test
  void nothingIsWaitedForOnceTheConnectionCloses() {
    arrives();
    open = false;
    loop.advance(MOMENT);
    assertThat(wait.isWaiting()).isFalse();
    open = true;
    wait.await(decoder);
    wait.cancel();
    loop.advance(MemoryWait.PATIENCE);
    assertThat(heard).isEmpty();
  }
}
