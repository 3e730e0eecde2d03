package org.bitcoinmultiplexer.transport.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimersTest {

  private final Timers timers = new Timers();
  private final List<Integer> ran = new ArrayList<>();

  private Timers.Timer add(long deadline, int number) {
    Timers.Timer timer = timers.newTimer(deadline, () -> ran.add(number));
    timers.add(timer);
    return timer;
  }

  private void runAllAt(long now) {
    for (Timers.Timer due = timers.poll(now); due != null; due = timers.poll(now)) {
      due.run();
    }
  }

  @Test
  void runsEarliestFirstAndEqualOnesInTheirOrder() {
    add(30, 4);
    add(10, 1);
    add(20, 2);
    add(20, 3);
    runAllAt(19);
    assertThat(ran).containsExactly(1);
    assertThat(timers.delay(19)).isEqualTo(1);
    assertThat(timers.delay(25)).isZero();
    runAllAt(30);
    assertThat(ran).containsExactly(1, 2, 3, 4);
    assertThat(timers.delay(30)).isEqualTo(-1);
  }

  @Test
  void ordersTimesOnBothSidesOfTheOverflow() {
    add(Long.MIN_VALUE + 5, 2); // after the wrap, so later
    add(Long.MAX_VALUE - 5, 1);
    runAllAt(Long.MIN_VALUE + 5);
    assertThat(ran).containsExactly(1, 2);
  }

  @Test
  void keepsFewTimersThatWereCalledOff() {
    for (int i = 0; i < 100_000; i++) {
      add(1_000_000, i).cancel();
    }
    add(5, -1);
    assertThat(timers.size()).isLessThan(200);
    runAllAt(1_000_000);
    assertThat(ran).containsExactly(-1);
    // Those that came up count as gone too: the sweep still works afterwards.
    for (int i = 0; i < 1_000; i++) {
      add(2_000_000, i).cancel();
    }
    assertThat(timers.size()).isLessThan(200);
  }
}
