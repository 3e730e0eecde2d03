package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.api.RequestTypeProvider;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.core.PassthroughContext;
import org.bitcoinmultiplexer.core.PassthroughConversation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BitcoinProtocolTest {

  /** A row of a provider: a request of one byte, whose answer has as many messages as it says. */
  private static final class Echoes implements RequestType {

    private final String request;

    Echoes(String request) {
      this.request = request;
    }

    @Override
    public String request() {
      return request;
    }

    @Override
    public Set<String> responses() {
      return Set.of("echo");
    }

    @Override
    public Optional<Message> canonical(Message message) {
      return message.size() == 0
          ? Optional.empty()
          : Optional.of(Message.of(request, message.array(), message.offset(), 1));
    }

    @Override
    public Set<Key> requestKeys(Message message) {
      return Set.of();
    }

    @Override
    public Set<Key> responseKeys(Message message) {
      return Set.of();
    }

    @Override
    public boolean answers(Message asked, Message response) {
      return true;
    }

    @Override
    public boolean completes(Message asked, Message response) {
      return false;
    }
  }

  private final ScriptedEngine engine = new ScriptedEngine();

  @Test
  void aProvidersRequestIsAskedInItsCanonicalFormAndAllOfItsAnswerDelivered() {
    ScriptedClient client = client(new Echoes("getechoes"));
    client.says("getechoes", (byte) 3, (byte) 9);
    client.says(Ping.ping(1));

    assertThat(client.asked).containsExactly(Message.of("getechoes", new byte[] {3}));
    Message[] echoes = {echo(1), echo(2), echo(3)};
    client.upstream(echoes);
    assertThat(client.heard()).containsExactly(echo(1), echo(2), echo(3), Ping.pong(1));
  }

  @Test
  void aProvidersRequestWithoutAnswerMeetsSilence() {
    ScriptedClient client = client(new Echoes("getechoes"));
    client.says("getechoes", (byte) 3);
    client.upstreamHasNothing();

    assertThat(client.heard()).isEmpty();
  }

  @Test
  void aRequestThatItsRowRefusesEndsTheSession() {
    ScriptedClient client = client(new Echoes("getechoes"));
    client.says("getechoes");

    assertThat(client.rule).isEqualTo("bad-request");
    assertThat(client.reason).contains("getechoes(0 bytes)");
  }

  @Test
  void anAnswerNobodyAskedForIsOfNoConcernFromAClient() {
    ScriptedClient client = client(new Echoes("getechoes"));
    client.says("echo", (byte) 3);
    client.says("pong", (byte) 3);

    assertThat(client.rule).isNull();
    assertThat(client.asked).isEmpty();
  }

  @Test
  void aRowForAKnownCommandIsRefused() {
    assertThatThrownBy(() -> protocol(new Echoes(Commands.GETDATA)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("getdata");
  }

  @Test
  void speaksOfWeightsMarkersAndChecksAsTheTableDoes() {
    BitcoinProtocol protocol = protocol();
    Message block = Chain.block(Network.REGTEST.genesis(), 1);
    Message request =
        Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, BlockHeader.of(block).hash());

    assertThat(protocol.weight(request)).isPositive();
    assertThat(protocol.check(request, List.of(block))).isNull();
    assertThat(protocol.check(request, List.of(Chain.block(Network.REGTEST.genesis(), 2))))
        .isNotNull();
    Message marker = protocol.dialect().newMarker();
    assertThat(protocol.dialect().echoes(marker, Ping.pong(Ping.nonce(marker)))).isTrue();
    assertThat(protocol.dialect()).isSameAs(protocol.dialect());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRelayedClientsServicesAreShownAsTheyAre(boolean serveBlocks) {
    BitcoinProtocol protocol =
        new BitcoinProtocol(options().withNews(new RelayOptions(serveBlocks, false, 1)));
    protocol.open(engine);
    List<Message> toNode = new ArrayList<>();
    PassthroughContext relay = mock();
    doAnswer(call -> toNode.add(call.getArgument(0))).when(relay).toNode(any());
    PassthroughConversation conversation = protocol.relay(relay);
    conversation.fromClient(ClientKind.introduction(70016, "/node/", 0x809, true, 5));
    conversation.onNodeOpen();

    assertThat(toNode).hasSize(1);
    assertThat(Version.parse(toNode.get(0)).services()).isEqualTo(0x9);
  }

  @Test
  void mustBeOpenedFirst() {
    BitcoinProtocol protocol = new BitcoinProtocol(options());

    assertThatThrownBy(() -> protocol.greet(engine)).isInstanceOf(IllegalStateException.class);
  }

  private ScriptedClient client(RequestType... types) {
    BitcoinProtocol protocol = protocol(types);
    engine.loop.run(
        () -> {
          var node = protocol.greet(engine);
          node.onOpen();
          node.onMessage(
              ClientKind.introduction(70016, "/Satoshi:28.0.0/", Scene.NODE_SERVICES, true, 0));
          node.onMessage(Message.of(Commands.VERACK, new byte[0]));
        });
    ScriptedClient client = new ScriptedClient(engine, "client:1", protocol::welcome);
    client.says(ClientKind.CORE.introduction());
    client.says(Commands.VERACK);
    client.heard();
    return client;
  }

  private BitcoinProtocol protocol(RequestType... types) {
    BitcoinProtocol protocol = new BitcoinProtocol(options(types));
    protocol.open(engine);
    return protocol;
  }

  private static BitcoinOptions options(RequestType... types) {
    RequestTypeProvider provider = () -> List.of(types);
    return new BitcoinOptions(
        Network.REGTEST,
        RelayOptions.DEFAULT,
        List.of(provider),
        new SplittableRandom(1),
        InstantSource.system());
  }

  private static Message echo(int number) {
    return Message.of("echo", new byte[] {(byte) number});
  }
}
