package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.bitcoinmultiplexer.api.ClientConnection;
import org.bitcoinmultiplexer.api.ClientStats;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.NodeDescription;
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

  @Test
  void saysWhenTheFirstNodeIsThereAndWhatItIs() throws Exception {
    start("key");
    CompletableFuture<NodeDescription> ready = engine.ready();
    assertThat(ready).isNotDone();
    node(first);
    assertThat(ready.get(30, TimeUnit.SECONDS).height()).isEqualTo(7);
    assertThat(engine.ready()).isCompleted();
  }

  @Test
  void nobodyWaitsForANodeWhenItIsClosed() {
    start("key");
    CompletableFuture<NodeDescription> ready = engine.ready();
    engine.close();
    assertThat(ready).isCompletedExceptionally();
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "passthrough"})
  void aHandleSaysWhyThereWasNoRoom(String strategy) {
    start(strategy, withMaxClients(1));
    node(first);
    engine.accept(new ToyTransport(loop, "alice"));
    ClientConnection bob = engine.accept(new ToyTransport(loop, "bob"));
    loop.runTasks();
    assertThat(bob.closed()).isCompletedWithValue("1 clients are connected already");
  }

  @Test
  void aHandleCountsAndCloses() {
    start("key");
    ToyTransport node = node(first);
    ToyTransport alice = new ToyTransport(loop, "203.0.113.7:41");
    ClientConnection handle = engine.accept(alice, "wallet-1:1");
    loop.runTasks();
    assertThat(handle.remote()).isEqualTo("wallet-1:1");
    assertThat(handle.stats()).isEqualTo(new ClientStats(false, 0, 0, 0));
    alice.says("hello", "");
    alice.says("ask", "a");
    assertThat(node.heard()).contains("ask a");
    assertThat(handle.stats().ready()).isTrue();
    assertThat(handle.stats().requests()).isEqualTo(1);
    assertThat(handle.stats().bytesReceived()).isEqualTo(1);
    assertThat(handle.closed()).isNotDone();

    handle.close();
    loop.runTasks();
    assertThat(alice.closed).isTrue();
    assertThat(handle.closed()).isCompletedWithValueMatching(why -> why.startsWith("closed by"));
    assertThat(events).anyMatch(event -> event.startsWith("left wallet-1:1"));
    handle.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "passthrough"})
  void closesTheOthersThoughTheLoopOfOneHasBeenClosed(String strategy) {
    start(strategy);
    node(first);
    ToyTransport orphan = new ToyTransport(loop, "orphan");
    ClosableLoop gone = new ClosableLoop(loop);
    ClientConnection handle = engine.accept(orphan, gone);
    ToyTransport other = new ToyTransport(loop, "other");
    engine.accept(other);
    loop.runTasks();
    gone.closed = true;
    engine.close();
    loop.runTasks();
    assertThat(orphan.closed).isTrue();
    assertThat(other.closed).isTrue();
    assertThat(handle.closed()).isCompleted();
    assertThat(engine.stats().clients()).isZero();
  }

  /** What an embedder closes who does not know, or care, that a session lives there. */
  private static final class ClosableLoop implements EventLoop {

    private final EventLoop loop;
    private boolean closed;

    ClosableLoop(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public void execute(Runnable task) {
      if (closed) {
        throw new RejectedExecutionException("the loop is closed");
      }
      loop.execute(task);
    }

    @Override
    public boolean inEventLoop() {
      return !closed && loop.inEventLoop();
    }

    @Override
    public long nanoTime() {
      return loop.nanoTime();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      return () -> {}; // its timers end with it
    }
  }
}
