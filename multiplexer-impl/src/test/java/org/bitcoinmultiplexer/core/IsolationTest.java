package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests for which a node hangs up: what they cost, and whom. */
class IsolationTest extends EngineFixture {

  private ToyTransport shared;

  private void start() {
    start("key");
    shared = node(first);
  }

  /** The node hangs up on everybody; afterwards the shared connection is there again. */
  private void hangsUp() {
    shared.hangsUp();
    shared = node(first);
  }

  /** The connection beside the shared one that was dialled last. */
  private ToyTransport beside() {
    loop.runTasks();
    ToyTransport beside = node(first);
    assertThat(beside).isNotSameAs(shared);
    return beside;
  }

  /** The node hangs up because of what it was asked, and is there all the same. */
  private void punishes(ToyTransport beside) {
    beside.hangsUp();
    loop.advance(IsolatedLine.TRIAL);
  }

  private static void echoes(ToyTransport node) {
    echoesLastMark(node, node.heard());
  }

  private long counter(String name) {
    return engine.stats().counter(name);
  }

  @Test
  void whatWasUnansweredIsAskedAgainAlone() {
    start();
    ToyTransport alice = client();
    ToyTransport bob = client();
    alice.says("get", "a,b,c");
    shared.says("item", "b=value of b");
    hangsUp();

    ToyTransport beside = beside();
    bob.says("get", "d");
    assertThat(beside.heard()).containsExactly("get a", "mark 2");
    assertThat(shared.heard()).containsExactly("get d", "mark 3");
    beside.says("item", "a=value of a");
    assertThat(beside.heard()).containsExactly("get c", "mark 4");
    beside.says("item", "c=value of c");
    assertThat(alice.heard())
        .containsExactly("item a=value of a", "item b=value of b", "item c=value of c");

    alice.says("get", "c");
    assertThat(shared.heard()).containsExactly("get c", "mark 5");
    loop.advance(Duration.ofSeconds(11));
    assertThat(beside.closed).isTrue();
  }

  @Test
  void forWhatTheNodeHangsUpAgainItIsRefusedAndNobodyElseHeardOfIt() {
    start();
    ToyTransport alice = client();
    ToyTransport bob = client();
    alice.says("get", "must have,a");
    bob.says("get", "b");
    hangsUp();
    ToyTransport beside = beside();
    assertThat(beside.heard()).contains("get must have");
    punishes(beside);
    ToyTransport next = beside();

    assertThat(alice.closed).isTrue();
    assertThat(events)
        .contains(
            "left client1: what it asked cannot be answered: upstream hangs up on who asks that:"
                + " a rule that is not known");
    assertThat(next.heard()).contains("get b");
    next.says("item", "b=value of b");
    assertThat(bob.heard()).containsExactly("item b=value of b");
    assertThat(shared.closed).isFalse();
    assertThat(counter("upstream.lost")).isEqualTo(1);
    assertThat(counter("upstream.punished")).isEqualTo(1);
    assertThat(counter("exchange.refused")).isEqualTo(1);
    assertThat(counter("client.closed.unanswered")).isEqualTo(1);

    ToyTransport carol = client();
    carol.says("get", "must have");
    assertThat(carol.closed).isTrue();
    assertThat(shared.heard()).isEmpty();
  }

  @Test
  void whoCanBeToldThatThereIsNothingIsTold() {
    start();
    ToyTransport alice = client();
    alice.says("get", "a");
    hangsUp();
    punishes(beside());
    assertThat(alice.heard()).containsExactly("none a");
    assertThat(alice.closed).isFalse();
  }

  @Test
  void whatIsOfTheSameKindIsNotEvenAskedForAWhile() {
    start();
    ToyTransport alice = client();
    alice.says("get", "old a");
    hangsUp();
    ToyTransport beside = beside();
    alice.says("get", "old b"); // it may cost a connection as well
    assertThat(shared.heard()).isEmpty();
    punishes(beside);
    ToyTransport next = beside();
    assertThat(alice.heard()).containsExactly("none old a", "none old b");

    alice.says("get", "old c,old d?");
    assertThat(next.heard()).contains("get old d?"); // which may be of that kind
    next.says("item", "old d?=value of old d?");
    assertThat(alice.heard()).containsExactly("none old c", "item old d?=value of old d?");
    assertThat(shared.heard()).isEmpty();

    for (int i = 0; i < 150; i++) {
      loop.advance(Duration.ofSeconds(4));
      shared.says("news", "it lives");
    }
    alice.heard();
    alice.says("get", "old e");
    beside = beside();
    assertThat(beside.heard()).contains("get old e");
    beside.says("item", "old e=value of old e");
    assertThat(alice.heard()).containsExactly("item old e=value of old e");
    shared.heard();
    alice.says("get", "old f");
    assertThat(shared.heard()).contains("get old f");
  }

  @Test
  void aNodeThatJustEndsTwiceIsNoReasonToRefuse() {
    start();
    ToyTransport alice = client();
    alice.says("get", "must have");
    hangsUp();
    ToyTransport beside = beside();
    assertThat(beside.heard()).contains("get must have");
    first.refuses = true;
    second.refuses = true;
    beside.hangsUp();
    shared.hangsUp();
    loop.advance(Duration.ofSeconds(3));
    first.refuses = false;
    assertThat(loop.advanceUntil(() -> !first.dialled.getLast().closed, Duration.ofSeconds(31)))
        .isTrue();
    shared = node(first);
    beside = beside();
    assertThat(beside.heard()).contains("get must have");
    beside.says("item", "must have=value of must have");
    assertThat(alice.heard()).containsExactly("item must have=value of must have");
    assertThat(counter("upstream.punished")).isZero();
  }

  @Test
  void aNodeThatEndsAllAtOnceAndIsBackAtOnceIsNoReasonToRefuse() {
    start();
    ToyTransport alice = client();
    alice.says("get", "must have,b");
    hangsUp();
    ToyTransport beside = beside();
    assertThat(beside.heard()).containsExactly("get must have", "mark 2");
    shared.hangsUp(); // before the other, so that nothing is shared when that ends
    beside.hangsUp();
    shared = node(first);
    beside = beside();
    assertThat(beside.heard()).containsExactly("get b", "mark 3");
    loop.advance(IsolatedLine.TRIAL);
    beside.says("item", "b=value of b");
    assertThat(beside.heard()).containsExactly("get must have", "mark 4");
    beside.says("item", "must have=value of must have");
    assertThat(alice.heard())
        .containsExactly("item must have=value of must have", "item b=value of b");
    assertThat(counter("upstream.punished")).isZero();
  }

  @Test
  void whatEndsTheSharedConnectionFromAnotherIsRefusedTheSecondTime() {
    start();
    ToyTransport alice = client();
    alice.says("get", "must have");
    hangsUp();
    ToyTransport beside = beside();
    for (int i = 0; i < 2; i++) {
      assertThat(alice.closed).isFalse();
      assertThat(beside.heard()).contains("get must have");
      beside.hangsUp();
      hangsUp();
      loop.advance(IsolatedLine.TRIAL);
      if (i == 0) {
        beside = beside();
      }
    }
    assertThat(alice.closed).isTrue();
  }

  @Test
  void whoLeavesDoesNotTakeTheBlameAlong() {
    start();
    ToyTransport mallory = client();
    mallory.says("get", "old a");
    mallory.hangsUp();
    hangsUp();
    ToyTransport alice = client();
    alice.says("get", "old b");
    assertThat(shared.heard()).isEmpty();
    assertThat(beside().heard()).contains("get old b");
  }

  @Test
  void whatWasHandedInWhenTheNodeHungUpIsHandedInAlone() {
    start();
    EngineContext.Source source = protocol.engine().source();
    List<String> receipts = new ArrayList<>();
    submit(source, receipts);
    assertThat(shared.heard()).contains("submit poison");
    hangsUp();
    assertThat(receipts).containsExactly("lost");
    submit(source, receipts);
    ToyTransport beside = beside();
    assertThat(shared.heard()).isEmpty();
    assertThat(beside.heard()).contains("submit poison");
    punishes(beside);
    assertThat(receipts).containsExactly("lost", "lost");
    submit(source, receipts);
    assertThat(receipts).hasSize(3);
    assertThat(shared.heard()).isEmpty();
    assertThat(shared.closed).isFalse();
  }

  private void submit(EngineContext.Source source, List<String> receipts) {
    source.submit(
        ToyProtocol.message("submit", "poison"),
        new EngineContext.Receipt() {
          @Override
          public void processed(long took) {
            receipts.add("processed");
          }

          @Override
          public void lost() {
            receipts.add("lost");
          }
        });
    loop.runTasks();
  }

  @Test
  void whatIsLostAgainAndAgainIsAskedForAsLongAsThePatienceLasts() {
    alone = true;
    start("sequence");
    ToyTransport alice = null;
    for (int second = 0; second < 40; second += 2) {
      ToyTransport numbered = first.dialled.getLast();
      numbered.says("hello", "5");
      if (alice == null) {
        alice = client();
        alice.says("get", "must have");
      }
      assertThat(numbered.heard()).hasSize(alice.closed ? 1 : 3);
      numbered.damages("a frame that cannot be read"); // so it is the engine that hangs up
      loop.advance(Duration.ofSeconds(2));
      assertThat(alice.closed).isEqualTo(second > 30);
    }
    assertThat(events)
        .contains(
            "left client1: what it asked cannot be answered: upstream is lost again and again");
  }

  @Test
  void whatAPrunedNodeMayHangUpForIsOnlyAskedOnceItIsKnownToBearIt() {
    protocol.pruned = true;
    start();
    ToyTransport alice = client();
    alice.says("get", "deep a,b,deep c");
    assertThat(shared.heard()).containsExactly("get b", "mark 1");
    ToyTransport beside = beside();
    assertThat(beside.heard()).containsExactly("get deepest", "mark 2");
    beside.says("echo", "2"); // there is none, and it is still there
    assertThat(shared.heard()).containsExactly("get deep a,deep c", "mark 3");
    alice.says("get", "deep d");
    assertThat(shared.heard()).containsExactly("get deep d", "mark 4");

    // Another connection may be to another node, or with other permissions.
    shared.says("item", "deep a=value of deep a");
    shared.says("item", "deep c=value of deep c");
    shared.says("item", "deep d=value of deep d");
    shared.says("item", "b=value of b");
    hangsUp();
    ToyTransport bob = client();
    bob.says("get", "deep e");
    loop.runTasks();
    assertThat(beside.heard()).containsExactly("get deepest", "mark 5");
  }

  @Test
  void whatSeveralWaitForIsAskedOnce() {
    protocol.pruned = true;
    start();
    ToyTransport alice = client();
    ToyTransport bob = client();
    shared.hangsUp();
    alice.says("get", "deep a");
    bob.says("get", "deep a");
    shared = node(first);
    ToyTransport beside = beside();
    beside.says("echo", "1");
    assertThat(shared.heard()).containsExactly("get deep a", "mark 2");
    shared.says("item", "deep a=value of deep a");
    assertThat(alice.heard()).containsExactly("item deep a=value of deep a");
    assertThat(bob.heard()).containsExactly("item deep a=value of deep a");
    assertThat(shared.heard()).isEmpty();
  }

  @Test
  void whatItDoesNotBearIsAskedOfTheOtherNode() {
    protocol.pruned = true;
    start();
    ToyTransport alice = client();
    alice.says("get", "deep a,deep b");
    beside().hangsUp();
    loop.runTasks();
    ToyTransport other = node(second);
    echoes(other);
    assertThat(other.heard()).contains("get deep a");
    other.says("item", "deep a=value of deep a");
    assertThat(other.heard()).contains("get deep b");
    other.says("item", "deep b=value of deep b");
    assertThat(alice.heard())
        .containsExactly("item deep a=value of deep a", "item deep b=value of deep b");
    assertThat(shared.heard()).isEmpty();
    assertThat(counter("upstream.lost")).isZero();
  }

  @Test
  void whatNoNodeBearsClosesWhoAsksForIt() {
    protocol.pruned = true;
    second.refuses = true;
    start();
    ToyTransport alice = client();
    alice.says("get", "deep must");
    beside().hangsUp();
    loop.runTasks();
    assertThat(alice.closed).isTrue();
    assertThat(events)
        .contains(
            "left client1: what it asked cannot be answered: upstream hangs up on who asks that:"
                + " deep things");
    ToyTransport bob = client();
    bob.says("get", "deep must,b");
    assertThat(bob.closed).isTrue();
    assertThat(shared.closed).isFalse();
  }

  @Test
  void whatMayBeTooDeepIsAskedAloneOfANodeThatDoesNotBearIt() {
    protocol.pruned = true;
    alone = true;
    start();
    ToyTransport alice = client();
    ToyTransport bob = client();
    alice.says("get", "deep must?");
    bob.says("get", "deep b?");
    beside().hangsUp();
    ToyTransport beside = beside();
    assertThat(beside.heard()).contains("get deep must?");
    punishes(beside);
    beside = beside();
    assertThat(alice.closed).isTrue();
    assertThat(beside.heard()).contains("get deep b?");
    beside.says("item", "deep b?=value of deep b?");
    assertThat(bob.heard()).containsExactly("item deep b?=value of deep b?");
    assertThat(shared.heard()).isEmpty();
    assertThat(shared.closed).isFalse();
  }
}
