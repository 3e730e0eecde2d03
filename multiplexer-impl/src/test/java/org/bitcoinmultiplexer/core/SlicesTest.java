package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;

/** What takes long is done in slices, and the loop looks at its sockets in between. */
class SlicesTest extends EngineFixture {

  private static final String TEN_MILLISECONDS =
      String.join(",", Collections.nCopies(10, "local slow"));

  @Test
  void whoeverIsDeliveredMuchTakesTurnsWithOthersAndTheLoopIsFreeInBetween() {
    start("key");
    node(first);
    ToyTransport one = client();
    ToyTransport other = client();
    loop.execute(() -> one.says("get", TEN_MILLISECONDS));
    loop.execute(() -> other.says("get", TEN_MILLISECONDS));
    one.says("get", TEN_MILLISECONDS);
    List<Integer> between = deliveredBetweenLooks(() -> one.heard().size() + other.heard().size());

    assertThat(between.stream().mapToInt(i -> i).sum()).isEqualTo(30);
    assertThat(between.subList(1, between.size())).allMatch(delivered -> delivered <= 1);
  }

  @Test
  void whoeverHasTakenMuchWaitsForItsTurnWithTheFirstItemToo() {
    start("key");
    node(first);
    ToyTransport busy = client();
    loop.execute(() -> busy.says(20, "get", "local brisk"));
    List<Integer> between = deliveredBetweenLooks(() -> busy.heard().size());

    assertThat(between.stream().mapToInt(i -> i).sum()).isEqualTo(20);
    int most = Collections.max(between);
    assertThat(most).as("what it may use at once, 4 ms").isBetween(10, 13);
    assertThat(between.subList(between.indexOf(most) + 1, between.size()))
        .allMatch(delivered -> delivered <= 3);
  }

  @Test
  void aThousandHearNewsInSlicesAndInTheirOrder() {
    start("key");
    ToyTransport node = node(first);
    List<ToyTransport> clients = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      clients.add(client());
    }
    int[] heard = new int[1];
    List<List<String>> texts = new ArrayList<>();
    clients.forEach(client -> texts.add(new ArrayList<>()));
    loop.execute(() -> node.says("news", "long one"));
    loop.execute(() -> node.says("news", "long other"));
    List<Integer> between =
        deliveredBetweenLooks(
            () -> {
              heard[0] = 0;
              for (int i = 0; i < clients.size(); i++) {
                List<String> now = clients.get(i).heard();
                texts.get(i).addAll(now);
                heard[0] += now.size();
              }
              return heard[0];
            });

    assertThat(between).allMatch(told -> told <= 2 * 16);
    assertThat(texts).allMatch(List.of("news long one", "news long other")::equals);
  }

  /** Counts until nothing has come twice. */
  private List<Integer> deliveredBetweenLooks(IntSupplier delivered) {
    List<Integer> between = new ArrayList<>();
    int[] idle = new int[1];
    loop.execute(
        new Runnable() {
          @Override
          public void run() {
            int more = delivered.getAsInt();
            between.add(more);
            idle[0] = more == 0 ? idle[0] + 1 : 0;
            if (idle[0] < 3) {
              loop.execute(this);
            }
          }
        });
    loop.runTasks();
    return between;
  }
}
