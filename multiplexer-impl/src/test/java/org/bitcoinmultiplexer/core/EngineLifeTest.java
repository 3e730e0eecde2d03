package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked of an engine at the wrong time is refused at once, where it is asked. */
class EngineLifeTest extends EngineFixture {

  private static Settings withMaxClients(int clients) {
    Settings usual = Settings.DEFAULTS;
    return new Settings(
        clients,
        usual.maxClientsPerHost(),
        usual.clientBuffer(),
        usual.window(),
        usual.handshakeTimeout(),
        usual.idleInterval(),
        usual.idleTimeout(),
        usual.answerTimeout(),
        usual.patience());
  }

  @Test
  void isStartedOnce() {
    start("key");
    assertThatThrownBy(engine::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("started already");
    loop.runTasks();
    assertThat(first.dialled).hasSize(1);
  }

  @Test
  void isNotStartedAfterItWasClosed() {
    start("key");
    engine.close();
    assertThatThrownBy(engine::start)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "passthrough"})
  void closesAndRefusesAClientThatIsGivenToItAfterItWasClosed(String strategy) {
    start(strategy);
    engine.close();
    ToyTransport late = new ToyTransport(loop, "late");
    assertThatThrownBy(() -> engine.accept(late))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    loop.runTasks();
    assertThat(late.closed).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "passthrough"})
  void tellsOfAClientForWhichThereIsNoRoom(String strategy) {
    start(strategy, withMaxClients(1));
    node(first);
    engine.accept(new ToyTransport(loop, "alice"));
    ToyTransport bob = new ToyTransport(loop, "bob");
    engine.accept(bob);
    loop.runTasks();
    assertThat(bob.closed).isTrue();
    assertThat(events).contains("refused bob: 1 clients are connected already");
    assertThat(engine.stats().counter("client.refused")).isEqualTo(1);
  }
}
