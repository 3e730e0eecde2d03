package org.bitcoinmultiplexer.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.tck.EventLoopKit;
import org.junit.jupiter.api.Test;

class EventLoopsTest implements EventLoopKit {

  @Override
  public LoopFixture openLoop() {
    EventLoops.OwnedLoop loop = EventLoops.singleThread("loop under test");
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
  void runsWhatWasGivenBeforeItIsClosedAndRefusesWhatComesAfter() {
    EventLoops.OwnedLoop loop = EventLoops.singleThread("short-lived");
    AtomicInteger ran = new AtomicInteger();
    for (int i = 0; i < 100; i++) {
      loop.execute(ran::incrementAndGet);
    }
    loop.schedule(Duration.ofHours(1), ran::incrementAndGet);
    loop.close();
    loop.close();
    assertThat(ran).hasValue(100);
    assertThatThrownBy(() -> loop.execute(() -> {}))
        .isInstanceOf(RejectedExecutionException.class)
        .hasMessageContaining("short-lived");
    assertThat(EventLoops.offer(loop, () -> {})).isFalse();
  }

  @Test
  void endsAfterAnErrorThatNoProgramSurvivesAndTellsWhoWantsToKnow() throws Exception {
    EventLoops.OwnedLoop loop = EventLoops.singleThread("failing");
    FailingLoops.assertEndsAfterAFatalError(loop);
  }

  @Test
  void knowsWhatIsFatal() {
    assertThat(EventLoops.isFatal(new OutOfMemoryError())).isTrue();
    assertThat(EventLoops.isFatal(new InternalError())).isTrue();
    assertThat(EventLoops.isFatal(new StackOverflowError())).isFalse();
    assertThat(EventLoops.isFatal(new AssertionError())).isFalse();
    assertThat(EventLoops.isFatal(new IllegalStateException())).isFalse();
  }

  @Test
  void convertsDelaysOfAnySize() {
    assertThat(EventLoops.delayNanos(Duration.ofSeconds(-5))).isZero();
    assertThat(EventLoops.delayNanos(Duration.ofMillis(5))).isEqualTo(5_000_000);
    assertThat(EventLoops.delayNanos(Duration.ofSeconds(Long.MAX_VALUE)))
        .isEqualTo(Long.MAX_VALUE / 2);
  }
}
