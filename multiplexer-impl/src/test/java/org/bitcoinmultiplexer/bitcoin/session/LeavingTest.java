package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.time.Duration;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.junit.jupiter.api.Test;

/** What is kept of a client that has left. */
class LeavingTest {

  private final Scene scene = new Scene();

  private WeakReference<ScriptedClient> greetsAndLeaves() {
    ScriptedClient client = scene.connect();
    client.says(ClientKind.CORE.introduction());
    client.says(Commands.VERACK);
    assertThat(client.description).as("not greeted: no node is known").isNull();
    client.leaves();
    scene.engine.loop.runTasks();
    scene.engine.clients.clear();
    return new WeakReference<>(client);
  }

  @Test
  void nothingIsKeptOfOneThatLeavesWhileNoNodeIsKnown() {
    WeakReference<ScriptedClient> gone = greetsAndLeaves();
    scene.engine.loop.advance(Duration.ofMinutes(1)); // which keeps timers that were called off
    for (int i = 0; i < 100 && !gone.refersTo(null); i++) {
      System.gc();
      Thread.onSpinWait();
    }
    assertThat(gone.refersTo(null)).isTrue();
  }

  @Test
  void whoStaysIsGreetedAsSoonAsTheNodeIsKnown() {
    ScriptedClient client = scene.connect();
    client.says(ClientKind.CORE.introduction());
    client.says(Commands.VERACK);
    var unused = greetsAndLeaves();
    scene.engine.clients.add(client);
    scene.nodeConnects(0, true);
    assertThat(client.description).isNotNull();
  }
}
