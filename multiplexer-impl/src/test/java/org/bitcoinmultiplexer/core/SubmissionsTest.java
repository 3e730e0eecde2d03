package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is handed in goes through the same turns and window as what is asked. */
class SubmissionsTest extends EngineFixture {

  private final List<String> became = new ArrayList<>();
  private ToyTransport node;

  private void begin(String strategy) {
    start(strategy);
    node = node(first);
  }

  private void submit(EngineContext.Source source, String name) {
    submit(source, ToyProtocol.message("give", name), name);
  }

  private void submit(EngineContext.Source source, Message message, String name) {
    loop.run(
        () ->
            source.submit(
                message,
                new EngineContext.Receipt() {
                  @Override
                  public void processed(long took) {
                    became.add(name + " after " + Duration.ofNanos(took).toMillis());
                  }

                  @Override
                  public void lost() {
                    became.add(name + " lost");
                  }
                }));
  }

  private static Message large(String name) {
    return ToyProtocol.message("give", name + "x".repeat((int) SubmissionShare.MOST_BYTES));
  }

  /** What the node has before it, large things by their first letter. */
  private List<String> heard() {
    return node.heard().stream()
        .map(line -> line.length() > 100 ? line.substring(0, 6) : line)
        .toList();
  }

  private void echoes(List<String> heard) {
    echoesLastMark(node, heard);
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void aMarkerBehindItTellsThatTheNodeHasDealtWithIt(String strategy) {
    begin(strategy);
    submit(protocol.engine().source(), "a");
    List<String> heard = heard();
    assertThat(heard).hasSize(2).startsWith("give a");
    assertThat(became).isEmpty();
    echoes(heard);
    assertThat(became).containsExactly("a after 0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void ofLargeOnesOneIsInFlightAndRequestsGoInBetween(String strategy) {
    begin(strategy);
    EngineContext.Source flooder = protocol.engine().source();
    for (String name : List.of("a", "b", "c")) {
      submit(flooder, large(name), name);
    }
    List<String> before = heard();
    assertThat(before).hasSize(2).startsWith("give a");
    ToyTransport client = client();
    client.says("get", "wanted");
    before = new ArrayList<>(before);
    before.addAll(heard());
    assertThat(before).doesNotContain("give b");
    echoes(before);
    List<String> after = heard();
    if (strategy.equals("serial")) {
      assertThat(after).startsWith("get wanted");
    } else {
      assertThat(before).contains("get wanted");
      assertThat(after).startsWith("give b");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"serial", "key", "sequence"})
  void whatIsAskedGoesFirstAndDoesNotKeepItFromBeingHandedInEither(String strategy) {
    begin(strategy);
    EngineContext.Source source = protocol.engine().source();
    submit(source, large("a"), "a");
    List<String> before = heard();
    submit(source, large("b"), "b");
    ToyTransport client = client();
    for (int i = 0; i < 100; i++) {
      client.says("get", "item" + i);
    }
    List<String> written = new ArrayList<>(before);
    written.addAll(heard());
    for (int i = 0; i < written.size() && became.size() < 2; i++) {
      echoes(written.subList(i, i + 1));
      written.addAll(heard());
    }
    assertThat(became).containsExactly("a after 0", "b after 0");
    assertThat(written.indexOf("give b")).isGreaterThan(written.indexOf("get item0"));
  }

  @Test
  void whoHandsInMuchDelaysNobodyElsesSingleOne() {
    begin("key");
    EngineContext.Source flooder = protocol.engine().source();
    for (int i = 0; i < 60; i++) {
      submit(flooder, large("a" + i), "a" + i);
    }
    submit(protocol.engine().source(), "b");
    echoes(heard());
    List<String> second = heard();
    assertThat(second).startsWith("give a");
    echoes(second);
    assertThat(heard()).startsWith("give b");
  }

  @Test
  void smallOnesKeepADistantNodeBusy() {
    begin("sequence");
    EngineContext.Source source = protocol.engine().source();
    for (int i = 0; i < 40; i++) {
      submit(source, "a" + i);
    }
    List<String> heard = heard();
    assertThat(heard).hasSize(2 * SubmissionShare.MOST_ITEMS);
    echoes(heard);
    assertThat(became).hasSize(SubmissionShare.MOST_ITEMS);
    assertThat(heard()).hasSize(2 * SubmissionShare.MOST_ITEMS);
  }

  @Test
  void tellsHowLongTheNodeNeededWithoutTheWayThereAndBack() {
    begin("key");
    ToyTransport client = client();
    client.says("get", "a");
    List<String> asked = heard();
    loop.advance(Duration.ofMillis(80));
    node.says("item", "a=value of a");
    echoes(asked);
    EngineContext.Source source = protocol.engine().source();
    submit(source, "slow");
    List<String> slow = heard();
    submit(source, "quick");
    List<String> quick = heard();
    loop.advance(Duration.ofMillis(3_080));
    echoes(slow);
    loop.advance(Duration.ofMillis(5));
    echoes(quick);
    assertThat(became).containsExactly("slow after 3000", "quick after 5");
  }

  @Test
  void aNodeThatAsksAndDoesNotReadIsGivenUp() {
    begin("key");
    node.takes = false;
    node.unread = UpstreamConnection.MOST_UNSENT;
    node.says("please", "a");
    assertThat(node.heard()).containsExactly("pleased a");
    assertThat(node.closed).isFalse();
    node.says("please", "b");
    assertThat(node.closed).isTrue();
    assertThat(events.get(events.size() - 1)).contains("does not read");
  }

  @Test
  void whatIsInFlightOrWaitsWhenTheConnectionIsLostIsLost() {
    begin("key");
    EngineContext.Source source = protocol.engine().source();
    submit(source, large("a"), "a");
    submit(source, large("b"), "b");
    node.hangsUp();
    assertThat(became).containsExactly("a lost");
    node = node(first);
    assertThat(node.heard()).isEmpty();
    assertThat(became).containsExactly("a lost", "b lost");
    submit(source, "c");
    echoes(heard());
    assertThat(became).endsWith("c after 0");
  }
}
