package org.bitcoinmultiplexer.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.Test;

/** The test's thread is that of a transport whose callbacks come from elsewhere. */
class InboundGateTest {

  private final SimulatedLoop loop = new SimulatedLoop();
  private final ToyTransport transport = new ToyTransport(loop, "somebody");
  private final List<Message> heard = new ArrayList<>();
  private final InboundGate inflow = new InboundGate(transport, loop, heard::add);

  private static Message message(int size) {
    return Message.of("test", new byte[size]);
  }

  @Test
  void handsMessagesOverInOrder() {
    Message first = message(1);
    Message second = message(2);
    inflow.accept(first);
    inflow.accept(second);
    assertThat(heard).isEmpty();
    loop.runTasks();
    assertThat(heard).containsExactly(first, second);
  }

  @Test
  void deliversAtOnceInTheListenersOwnLoop() {
    loop.run(
        () -> {
          inflow.accept(message(1));
          assertThat(heard).hasSize(1);
        });
  }

  @Test
  void readsNoMoreWhileALoopThatIsBehindHasALongestMessageToTake() {
    int handed = 0;
    for (; transport.reading; handed++) {
      inflow.accept(message(100_000));
    }
    assertThat(handed).isEqualTo(40);
    assertThat(heard).isEmpty();
    loop.runTasks();
    assertThat(transport.reading).isTrue();
    assertThat(heard).hasSize(40);
  }

  @Test
  void countsMessagesWithoutBodiesToo() {
    for (int i = 0; i <= InboundGate.MOST / 200; i++) {
      assertThat(transport.reading).isTrue();
      inflow.accept(message(0));
    }
    assertThat(transport.reading).isFalse();
  }

  @Test
  void doesNotReadForAListenerThatDoesNotWantTo() {
    inflow.accept(message((int) InboundGate.MOST));
    assertThat(transport.reading).isFalse();
    inflow.reading(false);
    loop.runTasks();
    assertThat(transport.reading).isFalse();
    inflow.reading(true);
    assertThat(transport.reading).isTrue();
  }

  @Test
  void doesNotReadForAListenerThatWantsToWhileTooMuchIsOnItsWay() {
    inflow.accept(message((int) InboundGate.MOST));
    inflow.reading(true);
    assertThat(transport.reading).isFalse();
    loop.runTasks();
    assertThat(transport.reading).isTrue();
  }
}
