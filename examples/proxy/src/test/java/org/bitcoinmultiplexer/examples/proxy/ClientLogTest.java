package org.bitcoinmultiplexer.examples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClientLogTest {

  private final List<String> lines = new ArrayList<>();
  private final List<Runnable> timers = new ArrayList<>();
  private final ClientLog log = new ClientLog(this::later, lines::add);

  private void later(Duration delay, Runnable task) {
    assertThat(delay).isEqualTo(ClientLog.INTERVAL);
    timers.add(task);
  }

  private void minutePasses() {
    List<Runnable> due = List.copyOf(timers);
    timers.clear();
    due.forEach(Runnable::run);
  }

  @Test
  void countsWhatIsAboveAFewLinesOfEachKind() {
    for (int i = 0; i < 200; i++) {
      log.tell("gone: magic " + (47455420 + i) + " is not that of regtest", "client " + i);
    }
    log.tell("gone: closed by the peer", "another client");
    assertThat(lines)
        .containsExactly(
            "client 0", "client 1", "client 2", "client 3", "client 4", "another client");
    lines.clear();
    minutePasses();
    assertThat(lines)
        .containsExactly("in the last 60 s also: 195 gone: magic .. is not that of regtest");
  }

  @Test
  void beginsAnewEachMinuteAndIsSilentWhenNothingHappens() {
    log.tell("gone", "client 1");
    minutePasses();
    assertThat(timers).isEmpty();
    for (int i = 0; i < ClientLog.LINES_PER_KIND; i++) {
      log.tell("gone", "client");
    }
    minutePasses();
    assertThat(lines).hasSize(1 + ClientLog.LINES_PER_KIND).doesNotContain("in the last");
  }

  @Test
  void kindsDoNotGrowWithoutEnd() {
    for (int i = 0; i < 10_000; i++) {
      log.tell("gone: " + Integer.toString(i, Character.MAX_RADIX) + "x", "client");
    }
    assertThat(lines).hasSizeLessThan(100);
    minutePasses();
    assertThat(lines).last().asString().endsWith(" of other kinds").hasSizeLessThan(500);
  }
}
