package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.command.WeatherProvider.message;

import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A message that only an installed provider knows is served like one of the protocol. */
class ProvidedMessageTest {

  private static final Message TODAY = message("getweather", "Oslo");
  private static final Message HISTORY = message("getweather", "Oslo 1816");

  private final SimulatedLoop loop = new SimulatedLoop();
  private final Node node = new Node();
  private BitcoinMultiplexer multiplexer;

  @BeforeEach
  void start() {
    multiplexer =
        BitcoinMultiplexer.builder()
            .network(Network.REGTEST)
            .strategy("cache")
            .loop(loop)
            .checker(Runnable::run)
            .random(new Random(1))
            .upstream(node)
            .build();
    multiplexer.start();
    loop.runTasks();
    node.shakesHands(Version.NODE_NETWORK | Version.NODE_WITNESS, 0);
  }

  @AfterEach
  void close() {
    multiplexer.close();
    loop.runTasks();
  }

  /** Echoes markers, except behind a question for the weather, which is the test's to make. */
  private final class Node extends ScriptedPeer implements Connector {

    private boolean looksOut;

    Node() {
      super(loop);
    }

    @Override
    public CompletableFuture<Transport> connect() {
      return CompletableFuture.completedFuture(this);
    }

    @Override
    public String target() {
      return "the node";
    }

    @Override
    public void send(Message message) {
      super.send(message);
      looksOut |= message.command().equals("getweather");
      if (message.command().equals(Commands.PING) && !looksOut) {
        loop.execute(() -> says(Ping.pong(Ping.nonce(message))));
      }
    }

    void forecasts(String text) {
      List<Message> held =
          received().subList(received().indexOf(asked().get(0)), received().size()).stream()
              .filter(message -> message.command().equals(Commands.PING))
              .toList();
      received().clear();
      looksOut = false;
      says(message("weather", text));
      held.forEach(ping -> says(Ping.pong(Ping.nonce(ping))));
    }

    List<Message> asked() {
      return received("getweather");
    }
  }

  private ScriptedPeer client() {
    ScriptedPeer client = new ScriptedPeer(loop);
    multiplexer.accept(client);
    loop.runTasks();
    client.shakesHands(Version.NODE_NETWORK | Version.NODE_WITNESS, 0);
    return client;
  }

  @Test
  void whoAsksTheSameSharesAnAnswer() {
    ScriptedPeer one = client();
    ScriptedPeer other = client();

    one.says(TODAY);
    other.says(message("getweather", "Oslo\0")); // the same, once it is canonical
    assertThat(node.asked()).containsExactly(TODAY);

    node.forecasts("Oslo: rain");
    assertThat(one.received("weather")).containsExactly(message("weather", "Oslo: rain"));
    assertThat(other.received("weather")).containsExactly(message("weather", "Oslo: rain"));
  }

  @Test
  void whatLastsIsAskedOnce() {
    client().says(HISTORY);
    node.forecasts("Oslo 1816: snow");
    ScriptedPeer late = client();

    late.says(HISTORY);
    assertThat(late.received("weather")).containsExactly(message("weather", "Oslo 1816: snow"));
    assertThat(node.asked()).isEmpty();
  }

  @Test
  void whatDoesNotLastIsAskedAgain() {
    client().says(TODAY);
    node.forecasts("Oslo: rain");
    ScriptedPeer late = client();

    late.says(TODAY);
    assertThat(late.received("weather")).isEmpty();
    assertThat(node.asked()).containsExactly(TODAY);
  }

  @Test
  void nobodyGetsWhatItsCheckRefuses() {
    ScriptedPeer client = client();
    client.says(HISTORY);
    node.forecasts("Oslo 1816: frogs");

    assertThat(client.received("weather")).isEmpty();
    ScriptedPeer late = client();
    late.says(HISTORY);
    assertThat(late.received("weather")).isEmpty();
  }

  @Test
  void whoAsksForNonsenseIsDisconnectedAndNobodyElse() {
    ScriptedPeer one = client();
    ScriptedPeer other = client();

    one.says(message("getweather", "nowhere"));
    other.says(TODAY);
    node.forecasts("Oslo: sun");

    assertThat(one.isClosed()).isTrue();
    assertThat(node.isClosed()).isFalse();
    assertThat(other.received("weather")).containsExactly(message("weather", "Oslo: sun"));
  }
}
