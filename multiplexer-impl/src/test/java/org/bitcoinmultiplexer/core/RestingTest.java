package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A client whose requests are much work lets others have their turn. */
class RestingTest extends EngineFixture {

  @Test
  void othersHaveTheirTurnBetweenTheItemsOfWhoeverIsTired() {
    start("key");
    node(first);
    ToyTransport busy = client();
    List<Integer> deliveredBeforeATurn = new ArrayList<>();
    loop.execute(
        new Runnable() {
          @Override
          public void run() {
            int delivered = busy.heard().size();
            deliveredBeforeATurn.add(delivered);
            if (delivered > 0 || deliveredBeforeATurn.size() < 3) {
              loop.execute(this);
            }
          }
        });
    busy.says("get", String.join(",", Collections.nCopies(100, "local tired")));

    assertThat(deliveredBeforeATurn.stream().mapToInt(i -> i).sum()).isEqualTo(100);
    assertThat(deliveredBeforeATurn).allMatch(delivered -> delivered <= 1);
  }

  @Test
  void whatStandsBehindARestKeepsItsPlaceAndNewsDoNotWait() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport busy = client();
    busy.says("get", "local weary,b,local c");
    busy.says("mark", "1");
    node.says("item", "b=value of b");
    node.says("news", "rain");
    assertThat(busy.heard()).containsExactly("item local weary=value of local weary", "news rain");

    loop.advance(Duration.ofMillis(999));
    assertThat(busy.heard()).isEmpty();
    loop.advance(Duration.ofMillis(1));
    assertThat(busy.heard())
        .containsExactly("item b=value of b", "item local c=value of local c", "echo 1");
  }

  @Test
  void nothingComesInBetweenThePartsOfAnItem() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport busy = client();
    busy.says("get", "local long,local b");
    busy.says("mark", "1");
    node.says("news", "rain");
    node.says("news", "sun");
    assertThat(busy.heard()).containsExactly("part local long");

    loop.advance(Duration.ofSeconds(1));
    assertThat(busy.heard())
        .containsExactly(
            "item local long=value of local long",
            "news rain",
            "news sun",
            "item local b=value of local b",
            "echo 1");
  }

  @Test
  void norBetweenThoseOfOneThatHasNoOrder() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport busy = client();
    busy.says("get", "d");
    busy.says("loose", "a long");
    busy.says("loose", "c");
    node.says("item", "a long=value");
    node.says("item", "c=value");
    node.says("item", "d=value");
    assertThat(busy.heard()).containsExactly("part a long");

    loop.advance(Duration.ofSeconds(1));
    assertThat(busy.heard())
        .startsWith("item a long=value")
        .containsExactlyInAnyOrder("item a long=value", "item c=value", "item d=value");
  }

  @Test
  void itIsAskedAheadMeanwhile() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport busy = client();
    busy.says("get", "local weary");
    busy.says("get", "a");
    assertThat(node.heard()).contains("get a");
    node.says("item", "a=value of a");
    assertThat(busy.heard()).containsExactly("item local weary=value of local weary");

    loop.advance(Duration.ofSeconds(1));
    assertThat(busy.heard()).containsExactly("item a=value of a");
  }

  @Test
  void whatHasNoOrderRestsToo() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport busy = client();
    busy.says("loose", "a weary,b weary,c");
    busy.says("loose", "d");
    for (String item : List.of("c", "b weary", "a weary", "d")) {
      node.says("item", item + "=value");
    }
    assertThat(busy.heard()).containsExactly("item a weary=value");

    loop.advance(Duration.ofSeconds(1));
    assertThat(busy.heard()).containsExactly("item b weary=value");
    loop.advance(Duration.ofSeconds(1));
    assertThat(busy.heard()).containsExactlyInAnyOrder("item c=value", "item d=value");
  }

  @Test
  void whoLeavesWhileItRestsLeavesNothing() {
    start("key");
    node(first);
    ToyTransport busy = client();
    busy.says("get", "local weary,local b");
    busy.heard();
    busy.hangsUp();
    loop.advance(Duration.ofSeconds(2));

    assertThat(busy.heard()).isEmpty();
  }

  @Test
  void whoAsksForTooMuchWhileItRestsIsNotReadFrom() {
    start("key");
    node(first);
    ToyTransport busy = client();
    busy.says("get", "local weary");
    for (int i = 0; i < 300; i++) {
      busy.says("mark", "" + i);
    }
    assertThat(busy.heard()).hasSize(301);
    busy.says("get", "local weary,local b");
    for (int i = 0; i < 300; i++) {
      busy.says("mark", "" + i);
    }
    assertThat(busy.reading).isFalse();

    loop.advance(Duration.ofSeconds(1));
    loop.advance(Duration.ofSeconds(1));
    assertThat(busy.reading).isTrue();
    assertThat(busy.heard()).hasSize(302);
  }
}
