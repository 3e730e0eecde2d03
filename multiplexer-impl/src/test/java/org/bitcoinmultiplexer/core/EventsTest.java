package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.junit.jupiter.api.Test;

class EventsTest {

  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<String> heard = new ArrayList<>();
  private final Counters counters = new Counters();
  private final Events events =
      new Events(
          new MultiplexerListener() {
            @Override
            public void onClientReady(String remote, String description) {
              heard.add(remote);
            }

            @Override
            public void onEventsMissed(long count) {
              heard.add("missed " + count);
            }

            @Override
            public void onFailed(Throwable cause) {
              heard.add("failed");
            }
          },
          tasks::add,
          () -> 0,
          counters);

  private void tells(int from, int count) {
    for (int i = from; i < from + count; i++) {
      String remote = "client " + i;
      events.tell(l -> l.onClientReady(remote, "a wallet"));
    }
  }

  private void listens(int count) {
    for (int i = 0; i < count; i++) {
      tasks.remove().run();
    }
  }

  @Test
  void aListenerThatHangsMissesWhatIsTooMuchAndIsToldWhere() {
    tells(0, Events.MOST_WAITING + 3);
    assertThat(tasks).hasSize(Events.MOST_WAITING);
    assertThat(counters.snapshot()).containsEntry("listener.missed", 3L);

    listens(1);
    tells(Events.MOST_WAITING + 3, 1);
    listens(Events.MOST_WAITING);
    assertThat(heard.subList(Events.MOST_WAITING - 1, heard.size()))
        .containsExactly(
            "client " + (Events.MOST_WAITING - 1),
            "missed 3",
            "client " + (Events.MOST_WAITING + 3));
    assertThat(tasks).isEmpty();
  }

  @Test
  void whatWasMissedLastIsToldThoughNothingFollows() {
    tells(0, Events.MOST_WAITING + 2);
    listens(Events.MOST_WAITING);
    assertThat(heard).hasSize(Events.MOST_WAITING + 1).endsWith("missed 2");
  }

  @Test
  void theEndIsToldWhateverWaits() {
    tells(0, Events.MOST_WAITING);
    events.tellLast(l -> l.onFailed(new OutOfMemoryError()));
    listens(Events.MOST_WAITING + 1);
    assertThat(heard).endsWith("failed");
  }

  @Test
  void anExecutorThatTakesNothingMoreIsNoneOfOurs() {
    Events late =
        new Events(
            new MultiplexerListener() {},
            task -> {
              throw new RejectedExecutionException("closed");
            },
            () -> 0,
            counters);
    for (int i = 0; i < 2 * Events.MOST_WAITING; i++) {
      late.tell(l -> l.onClientReady("client", "a wallet"));
    }
    assertThat(counters.snapshot()).containsEntry("listener.missed", 0L);
  }
}
