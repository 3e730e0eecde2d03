package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.bitcoinmultiplexer.stage.CachingStage;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is known is not asked, and only what lasts becomes known. */
class CachingStageTest extends EngineFixture {

  /** Answers at hand, and others that are found when the test says so. */
  private static final class FakeStore implements AnswerLookup {

    private final Map<Key, Message> atHand = new HashMap<>();
    private final Map<Key, Message> onDisk = new HashMap<>();
    private final Deque<Runnable> searches = new ArrayDeque<>();
    private boolean hasDisk;

    @Override
    public Message find(Key name) {
      return atHand.get(name);
    }

    @Override
    public boolean search(Key name, Predicate<Message> isTrue, Consumer<? super Message> then) {
      if (hasDisk) {
        searches.add(
            () -> {
              Message found = onDisk.get(name);
              if (found != null && !isTrue.test(found)) {
                onDisk.remove(name);
                found = null;
              }
              then.accept(found);
            });
      }
      return hasDisk;
    }

    @Override
    public void keep(Key name, Message answer) {
      atHand.put(name, answer);
    }
  }

  private final FakeStore store = new FakeStore();

  @BeforeEach
  void useTheStore() {
    answers = store;
  }

  private Key key(String name) {
    return protocol.dialect().keys().requestKeys(ToyDialect.get(name)).iterator().next();
  }

  private void searchEnds() {
    loop.run(store.searches.remove());
    loop.runTasks();
  }

  @Test
  void whatWasAnsweredIsNotAskedAgain() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport bob = client();

    alice.says("get", "a");
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    node.says("item", "a=value of a");
    bob.says("get", "a");

    assertThat(bob.heard()).containsExactly("item a=value of a");
    assertThat(node.heard()).isEmpty();
    assertThat(engine.stats().counter("cache.kept")).isEqualTo(1);
    assertThat(engine.stats().counter("cache.hit")).isEqualTo(1);
  }

  @Test
  void whatIsKnownWaitsForWhatWasAskedBefore() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    store.keep(key("known"), ToyDialect.item("known"));

    alice.says("get", "a,known");
    alice.says("mark", "7");
    alice.says("get", "known");
    assertThat(alice.heard()).isEmpty();
    node.says("item", "a=value of a");

    assertThat(alice.heard())
        .containsExactly(
            "item a=value of a",
            "item known=value of known",
            "echo 7",
            "item known=value of known");
  }

  @Test
  void absenceIsNotKept() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("get", "a");
    node.says("none", "a");
    assertThat(alice.heard()).containsExactly("none a");
    node.heard();
    alice.says("get", "a");
    assertThat(node.heard()).contains("get a");
    assertThat(store.atHand).isEmpty();
  }

  @Test
  void aLieIsNeitherKeptNorDelivered() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("get", "a");
    node.says("item", "a=lie");
    node.says("item", "a=lie");

    assertThat(alice.heard()).containsExactly("none a");
    assertThat(store.atHand).isEmpty();
  }

  @Test
  void whatDoesNotLastIsAskedEachTime() {
    start("serial");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    for (int i = 1; i <= 2; i++) {
      alice.says("ask", "why");
      assertThat(node.heard()).containsExactly("ask why", "mark " + i);
      node.says("told", "because");
      node.says("echo", "" + i);
    }
    assertThat(store.atHand).isEmpty();
  }

  @Test
  void equalQuestionsAreSearchedForOnce() {
    store.hasDisk = true;
    store.onDisk.put(key("a"), ToyDialect.item("a"));
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport bob = client();

    alice.says("get", "a");
    bob.says("get", "a");
    assertThat(store.searches).hasSize(1);
    searchEnds();

    assertThat(alice.heard()).containsExactly("item a=value of a");
    assertThat(bob.heard()).containsExactly("item a=value of a");
    assertThat(node.heard()).isEmpty();
  }

  @Test
  void whatIsNotFoundIsAsked() {
    store.hasDisk = true;
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("get", "a");
    assertThat(node.heard()).isEmpty();
    searchEnds();
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    node.says("item", "a=value of a");
    assertThat(alice.heard()).containsExactly("item a=value of a");
  }

  @Test
  void whatIsAskedWhileTheDiskHangsIsAskedUpstream() {
    store.hasDisk = true;
    start("key");
    ToyTransport node = node(first);
    for (int i = 0; store.searches.size() < CachingStage.MOST_SEARCHES; i++) {
      ToyTransport one = client();
      for (int j = 0; j < 100 && store.searches.size() < CachingStage.MOST_SEARCHES; j++) {
        one.says("get", "k" + (100 * i + j));
      }
    }
    ToyTransport alice = client();
    alice.says("get", "a");
    assertThat(store.searches).hasSize(CachingStage.MOST_SEARCHES);
    assertThat(node.heard()).contains("get a");
    node.says("item", "a=1");
    assertThat(alice.heard()).containsExactly("item a=1");
    assertThat(engine.stats().counter("cache.busy")).isEqualTo(1);

    searchEnds();
    alice.says("get", "b");
    assertThat(store.searches).hasSize(CachingStage.MOST_SEARCHES);
    assertThat(engine.stats().counter("cache.busy")).isEqualTo(1);
  }

  @Test
  void whatWasFoundIsCheckedLikeAnAnswer() {
    store.hasDisk = true;
    store.onDisk.put(key("a"), ToyProtocol.message("item", "a=lie"));
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();

    alice.says("get", "a");
    searchEnds();
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    assertThat(store.onDisk).isEmpty();
  }

  @Test
  void nothingIsAskedForWhoLeftDuringTheSearch() {
    store.hasDisk = true;
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = client();
    ToyTransport bob = client();

    alice.says("get", "a");
    alice.hangsUp();
    bob.says("get", "a");
    assertThat(store.searches).hasSize(2);
    searchEnds();
    assertThat(node.heard()).isEmpty();
    searchEnds();
    assertThat(node.heard()).containsExactly("get a", "mark 1");
    node.says("item", "a=value of a");
    assertThat(bob.heard()).containsExactly("item a=value of a");
  }

  @Test
  void theProtocolItselfIsAnsweredToo() {
    start("key");
    ToyTransport node = node(first);
    store.keep(key("known"), ToyDialect.item("known"));
    List<Outcome> heard = new ArrayList<>();

    protocol.engine().ask(ToyDialect.get("known"), heard::add);
    assertThat(heard).as("before the call returns").isEmpty();
    loop.runTasks();

    assertThat(heard).containsExactly(new Outcome.Answered(List.of(ToyDialect.item("known"))));
    assertThat(node.heard()).isEmpty();
  }

  @Test
  void aSearchThatEndsAfterTheEngineFails() {
    store.hasDisk = true;
    start("key");
    ToyTransport alice = client();

    alice.says("get", "a");
    engine.close();
    loop.runTasks();
    searchEnds();
    assertThat(alice.heard()).isEmpty();
  }
}
