package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Clients that say no more and read on: they get what they asked for. */
class InputShutdownTest extends EngineFixture {

  private static final Duration MOMENT = Duration.ofMillis(100);

  @Test
  void whoHasAskedForNothingIsClosedAtOnce() {
    start("key");
    node(first);
    ToyTransport client = client();
    client.saysNoMore();
    assertThat(client.closed).isTrue();
    loop.runTasks();
    assertThat(events).contains("left client1: closed: no more");
  }

  @Test
  void whoHasAskedIsClosedBehindTheAnswers() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport client = client();
    client.says("get", "a,b");
    client.says("mark", "7");
    client.saysNoMore();
    node.says("item", "a=1");
    loop.advance(MOMENT);
    assertThat(client.closed).isFalse();
    node.says("item", "b=2");
    assertThat(client.heard()).containsExactly("item a=1", "item b=2", "echo 7");
    loop.advance(MOMENT);
    assertThat(client.closed).isTrue();
  }

  @Test
  void whatIsWrittenLastIsWrittenBeforeTheEnd() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport client = client();
    client.takes = false;
    client.says("get", "a");
    client.saysNoMore();
    node.says("item", "a=1");
    loop.advance(Duration.ofSeconds(10));
    assertThat(client.closed).isFalse();
    client.unread = 0;
    loop.advance(MOMENT);
    assertThat(client.closed).isTrue();
  }

  @Test
  void nobodyKeepsItsPlaceForLongerThanIsPatient() {
    start("key");
    node(first);
    ToyTransport client = client();
    client.says("get", "a");
    client.saysNoMore();
    loop.advance(Drain.PATIENCE.minus(MOMENT));
    assertThat(client.closed).isFalse();
    loop.advance(MOMENT);
    assertThat(client.closed).isTrue();
  }

  @Test
  void whoSpeaksSomethingElseIsCounted() {
    start("key");
    node(first);
    ToyTransport stranger = new ToyTransport(loop, "stranger");
    engine.accept(stranger);
    loop.runTasks();
    stranger.speaksSomethingElse();
    assertThat(engine.stats().counter("client.closed.unreadable")).isEqualTo(1);
    assertThat(engine.stats().clients()).isZero();
  }

  @Test
  void withAConnectionOfItsOwnItIsClosedOnceItIsServed() {
    start("passthrough");
    ToyTransport client = new ToyTransport(loop, "client");
    engine.accept(client);
    loop.runTasks();
    client.says("hello", "");
    assertThat(client.reading).isTrue(); // the node is there by now
    client.saysNoMore();
    loop.runTasks();
    assertThat(client.closed).isTrue();
    assertThat(first.dialled.getLast().closed).isTrue();
  }
}
