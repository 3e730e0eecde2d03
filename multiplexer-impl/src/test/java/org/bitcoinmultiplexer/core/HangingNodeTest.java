package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Nodes that accept a connection and then say nothing, as one does that was stopped. */
class HangingNodeTest extends EngineFixture {

  private static final Duration UPSTREAM_TIMEOUT = Settings.DEFAULTS.answerTimeout();

  @Test
  void oneThatDoesNotShakeHandsIsPassedOverForTheNext() {
    start("key");
    loop.advance(Duration.ofSeconds(4));
    assertThat(second.dialled).isEmpty();
    loop.advance(Duration.ofSeconds(2));

    node(second);
    assertThat(first.dialled.getFirst().closed).isTrue();
    assertThat(events)
        .containsExactly("lost first: its handshake is not done after 5 s", "ready second");
  }

  @Test
  void oneThatWasPassedOverIsTheFirstAgainAfterAWhile() {
    start("key");
    loop.advance(Duration.ofSeconds(6));
    ToyTransport other = node(second);
    other.hangsUp();
    assertThat(first.attempts).isEqualTo(1); // at once again it would be no better

    other = node(second);
    for (int i = 0; i < 20; i++) {
      loop.advance(Duration.ofSeconds(2));
      other.says("news", "it lives");
    }
    other.hangsUp();
    assertThat(first.attempts).isEqualTo(2);
  }

  @Test
  void nodesThatAllNeedLongForTheirHandshakeGetTheTimeInTheEnd() {
    start("key");
    for (int attempt = 0; attempt < 20 && !events.contains("ready first"); attempt++) {
      first.dialled.clear();
      loop.advanceUntil(() -> !first.dialled.isEmpty(), Duration.ofMinutes(2));
      loop.advance(Duration.ofSeconds(12));
      ToyTransport slow = first.dialled.getFirst();
      if (!slow.closed) {
        slow.says("hello", "");
      }
    }
    assertThat(events).contains("ready first");
  }

  @Test
  void oneThatIsAloneGetsTheWholeTimeForItsHandshake() {
    alone = true;
    start("key");
    loop.advance(Duration.ofSeconds(58));
    assertThat(first.dialled.getFirst().closed).isFalse();
    loop.advance(Duration.ofSeconds(4));
    assertThat(first.dialled.getFirst().closed).isTrue();
  }

  @Test
  void oneThatOwesAnswersIsLeftWhileAnotherIsAlive() {
    start("key");
    ToyTransport hanging = node(first);
    ToyTransport alice = client();
    alice.says("get", "a");
    loop.advance(Duration.ofSeconds(6));
    assertThat(hanging.closed).isFalse();
    node(second);

    assertThat(hanging.closed).isTrue();
    assertThat(node(second).heard()).containsExactly("get a", "mark 2");
    assertThat(events)
        .containsExactly(
            "ready first",
            "lost first: it does not answer a ping within 5 s, and second does",
            "ready second");
  }

  @Test
  void oneThatIsIdleIsAskedForASignOfLife() {
    start("key");
    ToyTransport hanging = node(first);
    loop.advance(Duration.ofSeconds(5));
    assertThat(hanging.heard()).containsExactly("there?");
    loop.advance(Duration.ofSeconds(6));
    node(second);
    assertThat(hanging.closed).isTrue();
  }

  @Test
  void oneThatSpeaksAgainIsKept() {
    start("key");
    ToyTransport hanging = node(first);
    loop.advance(Duration.ofSeconds(11));
    assertThat(second.dialled).hasSize(1);
    hanging.says("news", "I was busy");
    ToyTransport probe = node(second);

    assertThat(probe.closed).isTrue();
    assertThat(hanging.closed).isFalse();
  }

  @Test
  void oneIsKeptForTheWholeTimeWhileTheOtherHangsTooOrIsNotThere() {
    start("key");
    ToyTransport hanging = node(first);
    ToyTransport alice = client();
    alice.says("get", "a");
    hanging.heard();
    loop.advance(UPSTREAM_TIMEOUT.dividedBy(2));
    second.refuses = true;
    loop.advance(UPSTREAM_TIMEOUT.dividedBy(2).minusSeconds(2));
    assertThat(hanging.closed).isFalse();
    assertThat(second.attempts).isBetween(4, 12);
    loop.advance(Duration.ofSeconds(4));
    assertThat(hanging.closed).isTrue();
  }

  @Test
  void oneThatIsAloneAndIdleIsGivenUpAfterTheSameTime() {
    alone = true;
    start("key");
    ToyTransport hanging = node(first);
    loop.advance(UPSTREAM_TIMEOUT);
    assertThat(hanging.closed).isFalse();
    assertThat(hanging.heard()).containsExactly("there?");
    loop.advance(Duration.ofSeconds(8));
    assertThat(hanging.closed).isTrue();
    assertThat(events).contains("lost first: it gives no sign of life since 60 s");
  }
}
