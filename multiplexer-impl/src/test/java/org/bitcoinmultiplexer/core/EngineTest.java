package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the engine does with questions, answers and the upstream. */
class EngineTest extends EngineFixture {

  @Test
  void answersGoToWhoAsked() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport bob = client();

    alice.says("get", "a");
    bob.says("get", "b");
    assertThat(node.heard()).containsExactly("get a", "mark 1", "get b", "mark 2");
    node.says("item", "b=value of b");
    node.says("item", "a=value of a");

    assertThat(alice.heard()).containsExactly("item a=value of a");
    assertThat(bob.heard()).containsExactly("item b=value of b");
  }

  @Test
  void equalRequestsAreAskedOnce() {
    start("key");
    ToyTransport node = node(first);
    List<ToyTransport> all = IntStream.range(0, 100).mapToObj(i -> client()).toList();

    all.forEach(client -> client.says("get", "a"));
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    node.says("item", "a=value of a");

    all.forEach(client -> assertThat(client.heard()).containsExactly("item a=value of a"));
    assertThat(engine.stats().counter("upstream.requests")).isEqualTo(1);
    assertThat(engine.stats().counter("exchange.joined")).isEqualTo(99);
  }

  @Test
  void answersLeaveInTheOrderOfTheQuestions() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("get", "a,b,local1");
    alice.says("mark", "7");
    alice.says("get", "c");
    node.heard();
    node.says("item", "c=value of c");
    node.says("item", "b=value of b");
    assertThat(alice.heard()).isEmpty();
    node.says("item", "a=value of a");

    assertThat(alice.heard())
        .containsExactly(
            "item a=value of a",
            "item b=value of b",
            "item local1=value of local1",
            "echo 7",
            "item c=value of c");
  }

  @Test
  void aBatchThatGrowsIsAskedStepByStepBeforeWhatIsBehindIt() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("follow", "abc");
    alice.says("get", "k");
    assertThat(node.heard()).containsExactly("get abc", "mark 1");
    node.says("item", "abc=value of abc");
    assertThat(node.heard()).containsExactly("get bc", "mark 2");
    node.says("item", "bc=value of bc");
    assertThat(node.heard()).containsExactly("get c", "mark 3");
    node.says("item", "c=value of c");
    assertThat(node.heard()).containsExactly("get y,z,k", "mark 4");
    node.says("item", "k=value of k");
    node.says("item", "y=value of y");
    node.says("item", "z=value of z");

    assertThat(alice.heard())
        .containsExactly(
            "item abc=value of abc",
            "item bc=value of bc",
            "item c=value of c",
            "item y=value of y",
            "item z=value of z",
            "end abc",
            "item k=value of k");
  }

  @Test
  void aBatchThatGrowsMayEndAtAnyStep() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("follow", "abc");
    alice.says("mark", "7");
    assertThat(node.heard()).containsExactly("get abc", "mark 1");
    node.says("item", "abc=value of abc");
    assertThat(node.heard()).containsExactly("get bc", "mark 2");
    node.says("echo", "1");
    node.says("echo", "2");
    assertThat(alice.heard()).containsExactly("item abc=value of abc", "end abc", "echo 7");
    alice.says("get", "k");
    assertThat(node.heard()).containsExactly("get k", "mark 3");
  }

  @Test
  void aBatchThatGrowsDelaysNothingThatIsWithoutOrder() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("loosely", "ab");
    alice.says("loose", "k");
    alice.says("loosely", "c");
    assertThat(node.heard())
        .containsExactly("get ab", "mark 1", "get k", "mark 2", "get c", "mark 3");
    node.says("item", "k=value of k");
    node.says("item", "c=value of c");
    assertThat(alice.heard()).containsExactly("item k=value of k", "item c=value of c");
    assertThat(node.heard()).containsExactly("get y,z", "mark 4");
    node.says("item", "ab=value of ab");
    assertThat(node.heard()).containsExactly("get b", "mark 5");
    node.says("item", "z=value of z");
    node.says("item", "y=value of y");
    assertThat(alice.heard())
        .containsExactly("item ab=value of ab", "item y=value of y", "item z=value of z", "end c");
    for (int mark = 1; mark <= 5; mark++) {
      node.says("echo", Integer.toString(mark));
    }
    assertThat(alice.heard()).containsExactly("end ab");
  }

  @Test
  void silenceEndsAtTheEcho() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("ask", "why");
    assertThat(node.heard()).containsExactly("ask why", "mark 1");
    assertThat(alice.heard()).isEmpty();
    node.says("echo", "1");
    assertThat(alice.heard()).containsExactly("nothing why");
  }

  @Test
  void aNegativeAnswerSettlesThoseWhoAskedInTime() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport early = client();
    ToyTransport late = client();
    ToyTransport later = client();

    early.says("get", "a");
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    late.says("get", "a");
    later.says("get", "a");
    assertThat(node.heard()).isEmpty();
    node.says("none", "a");

    assertThat(early.heard()).containsExactly("none a");
    assertThat(late.heard()).isEmpty();
    assertThat(node.heard()).containsExactly("get a", "mark 2");
    node.says("item", "a=value of a");
    assertThat(late.heard()).containsExactly("item a=value of a");
    assertThat(later.heard()).containsExactly("item a=value of a");
  }

  @Test
  void whoAsksWhileANegativeAnswerIsToldGetsAFreshOne() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "a");
    node.heard();
    node.says("none", "a");
    alice.says("get", "a");
    assertThat(node.heard()).containsExactly("get a", "mark 2");
    node.says("item", "a=value of a");
    assertThat(alice.heard()).containsExactly("none a", "item a=value of a");
  }

  @Test
  void aLongListDelaysNobodysSingleItem() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport greedy = client();
    ToyTransport modest = client();

    greedy.says(
        "get", IntStream.range(0, 50_000).mapToObj(i -> "g" + i).collect(Collectors.joining(",")));
    List<String> asked = node.heard();
    modest.says("get", "m");
    // The window is full of the greedy one's; the first free place is shared.
    assertThat(node.heard()).isEmpty();
    node.says("item", "g0=value of g0");
    node.says("item", "g1=value of g1");
    String next = String.join(" ", node.heard());
    assertThat(asked.get(0).split(",")).hasSize(64);
    assertThat(next).contains("get m");
  }

  @Test
  void aClientThatLeavesIsNotWaitedForAndItsSlotIsKept() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport gone = client();
    ToyTransport stays = client();

    gone.says("ask", "one");
    stays.says("ask", "two");
    gone.hangsUp();
    assertThat(node.heard()).containsExactly("ask one", "mark 1");
    node.says("told", "one");
    assertThat(node.heard()).isEmpty();
    node.says("echo", "1");
    assertThat(node.heard()).containsExactly("ask two", "mark 2");
    node.says("told", "two");
    assertThat(stays.heard()).containsExactly("told two");
    assertThat(gone.heard()).isEmpty();
  }

  @Test
  void whatAClientThatLeftHadNotAskedYetIsNeverAsked() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport one = client();
    ToyTransport two = client();
    one.says("ask", "one");
    two.says("ask", "two");
    two.hangsUp();
    node.heard();
    node.says("told", "one");
    node.says("echo", "1");
    assertThat(node.heard()).isEmpty();
  }

  @Test
  void othersWaitOnWhenTheFirstWhoAskedLeaves() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport gone = client();
    ToyTransport stays = client();
    gone.says("get", "a");
    stays.says("get", "a");
    gone.hangsUp();
    node.says("item", "a=value of a");
    assertThat(stays.heard()).containsExactly("item a=value of a");
  }

  @Test
  void newsReachEverybodyWhoIsReady() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport strange = new ToyTransport(loop, "strange");
    engine.accept(strange);
    loop.runTasks();

    node.says("news", "rain");
    assertThat(alice.heard()).containsExactly("news rain");
    assertThat(strange.heard()).isEmpty();
  }

  @Test
  void aNodeThatLiesAboutManyThingsIsReplacedAndWhatWasAskedIsAskedOfTheOther() {
    start("serial");
    ToyTransport liar = node(first);
    ToyTransport alice = client();
    for (int i = 0; i < 30; i++) { // again and again the same is no reason
      alice.says("get", "lie");
      answerTwice(liar, "lie");
      assertThat(alice.heard()).containsExactly("none lie");
    }
    for (int i = 1; i < MisbehaviourTracker.MOST - 1; i++) {
      alice.says("get", "lie" + i);
      answerTwice(liar, "lie" + i);
      assertThat(alice.heard()).containsExactly("none lie" + i);
    }
    assertThat(liar.closed).isFalse();

    alice.says("get", "lie no more");
    liar.heard();
    liar.says("item", "lie no more=value of lie no more");

    assertThat(liar.closed).isTrue();
    ToyTransport honest = node(second);
    assertThat(events)
        .containsExactly(
            "ready first",
            "lost first: 16 of its answers are not what was asked for",
            "ready second");
    assertThat(honest.heard().get(0)).isEqualTo("get lie no more");
  }

  private static void answerTwice(ToyTransport node, String item) {
    for (int attempt = 0; attempt < 2; attempt++) {
      List<String> heard = node.heard();
      assertThat(heard.get(0)).isEqualTo("get " + item);
      node.says("item", item + "=value of " + item);
      echoesLastMark(node, heard);
    }
  }

  @Test
  void aLieIsAskedForAgainOnceAndThenFails() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "lie");
    assertThat(node.heard()).containsExactly("get lie", "mark 1");
    node.says("item", "lie=value of lie");
    assertThat(node.heard()).containsExactly("get lie", "mark 2");
    assertThat(alice.heard()).isEmpty();
    node.says("item", "lie=value of lie");
    assertThat(alice.heard()).containsExactly("none lie");
    assertThat(node.heard()).isEmpty();
    assertThat(engine.stats().counter("upstream.lies")).isEqualTo(2);
  }

  @Test
  void anAnswerOnWhichTheCheckFailsIsNoAnswer() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "riddle");
    node.says("item", "riddle=value of riddle");
    node.says("item", "riddle=value of riddle");
    assertThat(alice.heard()).containsExactly("none riddle");
  }

  @Test
  void whatIsOpenWhenUpstreamIsLostIsAskedAgainWhileThePatienceLasts() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "a,b");
    node.heard();
    node.says("item", "b=value of b");
    loses(node);

    ToyTransport again = node(first);
    assertThat(again.heard()).containsExactly("get a", "mark 2");
    loses(again);
    ToyTransport third = node(first);
    assertThat(third.heard()).isEmpty();
    assertThat(alice.heard()).containsExactly("none a", "item b=value of b");
    assertThat(alice.closed).isFalse();
  }

  /** The engine gives a node up; so nothing that it was asked can be why. */
  private void loses(ToyTransport node) {
    second.refuses = true;
    assertThat(loop.advanceUntil(() -> node.closed, Duration.ofMinutes(2))).isTrue();
  }

  @Test
  void whatTheNextNodeDoesNotSuitIsNotAskedAgain() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport bob = client();
    alice.says("get", "special a,special b");
    bob.says("get", "c");
    assertThat(node.heard()).contains("get special a,special b", "get c");
    loses(node);
    alice.says("get", "special d");

    ToyTransport next = node(first);
    assertThat(next.heard()).containsExactly("get c", "mark 3");
    next.says("item", "c=value of c");
    assertThat(bob.heard()).containsExactly("item c=value of c");
    assertThat(alice.heard()).containsExactly("none special a", "none special b", "none special d");
    alice.says("get", "special e");
    assertThat(next.heard()).contains("get special e");
    next.says("item", "special e=value of e");
    assertThat(alice.heard()).containsExactly("item special e=value of e");
  }

  @Test
  void requestsWaitForAnUpstreamThatComesBack() {
    start("key");
    node(first).hangsUp();
    first.refuses = true;
    second.refuses = true;
    ToyTransport lost = first.dialled.getLast();
    lost.hangsUp();
    ToyTransport alice = client();
    alice.says("get", "a");
    loop.advance(Duration.ofSeconds(5));
    second.refuses = false;
    assertThat(loop.advanceUntil(() -> !second.dialled.isEmpty(), Duration.ofSeconds(31))).isTrue();
    ToyTransport node = node(second);
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    node.says("item", "a=value of a");
    assertThat(alice.heard()).containsExactly("item a=value of a");
    assertThat(events).contains("ready second");
  }

  @Test
  void patienceHasAnEnd() {
    start("key");
    ToyTransport node = node(first);
    first.refuses = true;
    second.refuses = true;
    node.hangsUp();
    ToyTransport alice = client();
    alice.says("get", "a");
    loop.advance(Duration.ofSeconds(29));
    assertThat(alice.heard()).isEmpty();
    loop.advance(Duration.ofSeconds(2));
    assertThat(alice.heard()).containsExactly("none a");
    alice.says("get", "b");
    assertThat(alice.heard()).containsExactly("none b");
  }

  @Test
  void theFirstReachableNodeIsTaken() {
    first.refuses = true;
    start("key");
    node(second);
    assertThat(events).containsExactly("lost first: refused", "ready second");
  }

  @Test
  void whileNobodyIsThereDiallingGoesOnEverMoreSlowly() {
    first.refuses = true;
    second.refuses = true;
    start("key");
    loop.advance(Duration.ofSeconds(10));
    int soon = first.attempts;
    loop.advance(Duration.ofMinutes(10));
    assertThat(soon).isBetween(4, 10);
    assertThat(first.attempts - soon).isBetween(18, 45);
  }

  @Test
  void aNodeThatShakesHandsAndClosesOverAndOverIsDialledOnceASecond() {
    second.refuses = true;
    start("key");
    loop.advanceUntil(
        () -> {
          while (!first.dialled.isEmpty()) {
            ToyTransport node = first.dialled.remove();
            node.says("hello", "");
            node.hangsUp();
          }
          return false;
        },
        Duration.ofMinutes(10));
    assertThat(first.attempts).isBetween(550, 610);
  }

  @Test
  void aNodeThatDoesNotEvenEchoIsGivenUp() {
    start("key");
    ToyTransport mute = node(first);
    ToyTransport alice = client();
    alice.says("get", "a");
    mute.heard();
    for (int i = 0; i < 30 && !mute.closed; i++) {
      loop.advance(Duration.ofSeconds(3));
      if (!mute.closed) {
        mute.says("news", "chatter is no progress");
      }
    }
    assertThat(mute.closed).isTrue();
    assertThat(node(first).heard()).containsExactly("get a", "mark 2");
  }

  @Test
  void anEchoOutOfOrderCostsTheConnectionAndNoAnswer() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    alice.says("get", "a");
    alice.says("get", "b");
    node.says("echo", "2");
    assertThat(node.closed).isTrue();
    assertThat(alice.heard()).isEmpty();
    assertThat(node(first).heard()).containsExactly("get a,b", "mark 3");
  }

  @Test
  void passthroughGivesEveryClientItsOwnConnection() {
    start("passthrough");
    ToyTransport probe = node(first);
    assertThat(probe.closed).isTrue();
    ToyTransport alice = new ToyTransport(loop, "alice");
    engine.accept(alice);
    loop.runTasks();
    alice.says("hello", "");
    ToyTransport own = node(first);
    assertThat(own).isNotSameAs(probe);
    assertThat(alice.heard()).containsExactly("hello");
    alice.says("anything", "goes");
    assertThat(own.heard()).containsExactly("anything goes");
    own.says("anything", "comes");
    assertThat(alice.heard()).containsExactly("anything comes");
    alice.unread = 5_000_000;
    own.says("big", "");
    assertThat(own.reading).isFalse();
    alice.becomesWritable();
    assertThat(own.reading).isTrue();
    own.hangsUp();
    assertThat(alice.closed).isTrue();
  }
}
