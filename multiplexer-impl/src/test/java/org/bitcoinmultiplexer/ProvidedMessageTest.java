package org.bitcoinmultiplexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.command.WeatherProvider.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
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
    node.shakesHands();
  }

  @AfterEach
  void close() {
    multiplexer.close();
    loop.runTasks();
  }

  /** Our end of a connection, whose other end is the test. */
  private class Peer implements Transport {

    final List<Message> received = new ArrayList<>();
    Listener listener;
    boolean closed;

    @Override
    public void start(Listener toStart) {
      listener = toStart;
    }

    @Override
    public void send(Message message) {
      received.add(message);
    }

    @Override
    public long pendingBytes() {
      return 0;
    }

    @Override
    public void reading(boolean enabled) {}

    @Override
    public void close() {
      closed = true;
    }

    @Override
    public String remote() {
      return "peer:1";
    }

    void says(Message message) {
      loop.run(() -> listener.onMessage(message));
      loop.runTasks();
    }

    void shakesHands() {
      says(
          new Version(
                  70016,
                  Version.NODE_NETWORK | Version.NODE_WITNESS,
                  1_700_000_000L,
                  NetworkAddress.UNSPECIFIED,
                  NetworkAddress.UNSPECIFIED,
                  7,
                  "/test/",
                  0,
                  true)
              .toMessage());
      says(Message.of(Commands.VERACK, new byte[0]));
      received.clear();
    }

    List<Message> heard(String command) {
      return received.stream().filter(message -> message.command().equals(command)).toList();
    }
  }

  /** Echoes markers, except behind a question for the weather, which is the test's to make. */
  private final class Node extends Peer implements Connector {

    private boolean looksOut;

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
          received.subList(received.indexOf(asked().get(0)), received.size()).stream()
              .filter(message -> message.command().equals(Commands.PING))
              .toList();
      received.clear();
      looksOut = false;
      says(message("weather", text));
      held.forEach(ping -> says(Ping.pong(Ping.nonce(ping))));
    }

    List<Message> asked() {
      return heard("getweather");
    }
  }

  private Peer client() {
    Peer client = new Peer();
    multiplexer.accept(client);
    loop.runTasks();
    client.shakesHands();
    return client;
  }

  @Test
  void whoAsksTheSameSharesAnAnswer() {
    Peer one = client();
    Peer other = client();

    one.says(TODAY);
    other.says(message("getweather", "Oslo\0")); // the same, once it is canonical
    assertThat(node.asked()).containsExactly(TODAY);

    node.forecasts("Oslo: rain");
    assertThat(one.heard("weather")).containsExactly(message("weather", "Oslo: rain"));
    assertThat(other.heard("weather")).containsExactly(message("weather", "Oslo: rain"));
  }

  @Test
  void whatLastsIsAskedOnce() {
    client().says(HISTORY);
    node.forecasts("Oslo 1816: snow");
    Peer late = client();

    late.says(HISTORY);
    assertThat(late.heard("weather")).containsExactly(message("weather", "Oslo 1816: snow"));
    assertThat(node.asked()).isEmpty();
  }

  @Test
  void whatDoesNotLastIsAskedAgain() {
    client().says(TODAY);
    node.forecasts("Oslo: rain");
    Peer late = client();

    late.says(TODAY);
    assertThat(late.heard("weather")).isEmpty();
    assertThat(node.asked()).containsExactly(TODAY);
  }

  @Test
  void nobodyGetsWhatItsCheckRefuses() {
    Peer client = client();
    client.says(HISTORY);
    node.forecasts("Oslo 1816: frogs");

    assertThat(client.heard("weather")).isEmpty();
    Peer late = client();
    late.says(HISTORY);
    assertThat(late.heard("weather")).isEmpty();
  }

  @Test
  void whoAsksForNonsenseIsDisconnectedAndNobodyElse() {
    Peer one = client();
    Peer other = client();

    one.says(message("getweather", "nowhere"));
    other.says(TODAY);
    node.forecasts("Oslo: sun");

    assertThat(one.closed).isTrue();
    assertThat(node.closed).isFalse();
    assertThat(other.heard("weather")).containsExactly(message("weather", "Oslo: sun"));
  }
}
