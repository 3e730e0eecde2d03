package org.bitcoinmultiplexer.bitcoin.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.NetworkAddress;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BitcoinPassthroughTest {

  private static final long CORE = 0xc09; // NETWORK, WITNESS, NETWORK_LIMITED, P2P_V2

  private final ScriptedPassthrough relay = new ScriptedPassthrough();
  private final BitcoinPassthrough conversation = new BitcoinPassthrough(relay, new Random(3));

  @Test
  void theNodeIsDialledOnceTheClientHasIntroducedItself() {
    conversation.fromClient(plain("ping"));
    assertThat(relay.dialled).isZero();

    conversation.fromClient(client(70016));

    assertThat(relay.dialled).isEqualTo(1);
    assertThat(relay.client).isEmpty();
    assertThat(conversation.state()).isNull();
  }

  @Test
  void theNodeSeesTheClientAsItPresentsItselfButForItsNonce() {
    greet(client(70015), null);

    Version said = Version.parse(relay.node.get(0));
    assertThat(said)
        .isEqualTo(
            new Version(
                70015,
                CORE & ~Version.NODE_P2P_V2, // which we could not keep
                1_234,
                NetworkAddress.UNSPECIFIED,
                NetworkAddress.UNSPECIFIED,
                new Random(3).nextLong(),
                "/client/",
                55,
                false));
  }

  @Test
  void theClientSeesTheNodeWithANonceOfOurs() {
    greet(client(70015), node(70016));

    Version said = Version.parse(relay.client.get(0));
    assertThat(said.protocol()).isEqualTo(70016);
    assertThat(said.services()).isEqualTo(CORE & ~Version.NODE_P2P_V2);
    assertThat(said.userAgent()).isEqualTo("/node/");
    assertThat(said.height()).isEqualTo(900);
    assertThat(said.relay()).isTrue();
    assertThat(said.nonce()).isNotEqualTo(9);
    assertThat(said.nonce()).isNotEqualTo(Version.parse(relay.node.get(0)).nonce());
  }

  @Test
  void noPeerIsShownAVersionAbove70016() {
    greet(client(70017), node(70018));

    assertThat(Version.parse(relay.node.get(0)).protocol()).isEqualTo(70016);
    assertThat(Version.parse(relay.client.get(0)).protocol()).isEqualTo(70016);
    assertThat(conversation.state().version()).isEqualTo(70016);
  }

  @Test
  void twoOfCoreNegotiateAsIfTheySpokeToEachOther() {
    greet(client(70016), node(70016));
    conversation.fromNode(plain("wtxidrelay"));
    conversation.fromNode(plain("sendaddrv2"));
    conversation.fromNode(plain("verack"));
    conversation.fromClient(plain("wtxidrelay"));
    conversation.fromClient(plain("sendaddrv2"));
    assertThat(relay.ready).isNull();
    conversation.fromClient(plain("verack"));

    assertThat(relay.toClient()).containsExactly("version", "wtxidrelay", "sendaddrv2", "verack");
    assertThat(relay.toNode()).containsExactly("version", "wtxidrelay", "sendaddrv2", "verack");
    assertThat(relay.ready).contains("/client/").contains("/node/");
    ConnectionState state = conversation.state();
    assertThat(state.client().wtxidRelay()).isTrue();
    assertThat(state.client().addrV2()).isTrue();
    assertThat(state.node().wtxidRelay()).isTrue();
    assertThat(state.node().addrV2()).isTrue();
  }

  @Test
  void bitcoinjGetsNothingElseBeforeTheVerack() {
    greet(client(70013), node(70016));
    for (String early :
        List.of("wtxidrelay", "sendaddrv2", "sendtxrcncl", "sendcmpct", "ping", "feefilter")) {
      conversation.fromNode(plain(early));
    }
    conversation.fromNode(plain("verack"));

    assertThat(relay.toClient()).containsExactly("version", "verack");
    conversation.fromNode(plain("ping"));
    assertThat(relay.toClient()).containsExactly("version", "verack", "ping");
  }

  @ParameterizedTest
  @CsvSource({"70015, false", "70016, true"})
  void theNodesNegotiationReachesClientsFrom70016On(int version, boolean reaches) {
    greet(client(version), node(70016));
    conversation.fromNode(plain("wtxidrelay"));

    assertThat(relay.toClient().contains("wtxidrelay")).isEqualTo(reaches);
  }

  @Test
  void whatTheNodeWouldNotHeedBeforeTheVerackIsDropped() {
    greet(client(70016), node(70016));
    for (String early : List.of("ping", "filterload", "getheaders", "version", "sendheaders")) {
      conversation.fromClient(plain(early));
    }

    assertThat(relay.toNode()).containsExactly("version", "sendheaders");
    assertThat(conversation.state().client().sendHeaders()).isTrue();
  }

  @Test
  void anImpatientClientIsHeldUntilTheNodeIsHeard() {
    conversation.fromClient(client(70016));
    conversation.fromClient(plain("wtxidrelay"));
    open();
    conversation.fromClient(plain("verack"));
    assertThat(relay.toNode()).containsExactly("version");

    conversation.fromNode(node(70016));

    assertThat(relay.toNode()).containsExactly("version", "wtxidrelay", "verack");
    assertThat(relay.ready).isNull();
    conversation.fromNode(plain("verack"));
    assertThat(relay.ready).isNotNull();
  }

  @Test
  void whatAClientWritesInOnePieceReachesTheNode() {
    List<String> piece = List.of("wtxidrelay", "verack", "getheaders", "ping", "filterload");
    conversation.fromClient(client(70016));
    piece.subList(0, 3).forEach(command -> conversation.fromClient(plain(command)));
    open();
    piece.subList(3, 5).forEach(command -> conversation.fromClient(plain(command)));

    conversation.fromNode(node(70016));

    assertThat(relay.toNode())
        .containsExactly("version", "wtxidrelay", "verack", "getheaders", "ping", "filterload");
  }

  @Test
  void aClientIsNotReadFromBetweenItsVersionAndTheNodes() {
    conversation.fromClient(client(70016));
    assertThat(relay.reading).isFalse();
    open();
    assertThat(relay.reading).isFalse();

    conversation.fromNode(node(70016));

    assertThat(relay.reading).isTrue();
  }

  @Test
  void whoSaysMoreThanCanBeHeldIsDisconnected() {
    conversation.fromClient(client(70016));
    Message large = Message.of("sendaddrv2", new byte[1_000_000]);
    for (int i = 0; i < 3; i++) {
      conversation.fromClient(large);
    }
    assertThat(relay.disconnected).isNull();

    conversation.fromClient(large);

    assertThat(relay.disconnected).isEqualTo("too-early");
  }

  @Test
  void whoSaysNoMoreIsServedOnceTheNodeHasAnsweredEverything() {
    relaying();
    conversation.fromClient(plain("getheaders"));
    conversation.onClientFinished();

    assertThat(relay.toNode()).endsWith("getheaders", "ping");
    Message marker = relay.node.get(relay.node.size() - 1);
    conversation.fromNode(Message.of("pong", new byte[8])); // of the client's own ping
    conversation.fromNode(plain("headers"));
    assertThat(relay.served).isFalse();

    conversation.fromNode(Message.of("pong", marker.array()));

    assertThat(relay.served).isTrue();
    assertThat(relay.toClient()).endsWith("pong", "headers");
  }

  @Test
  void whoSaysNoMoreBeforeTheNodeIsThereIsServedBehindTheHandshake() {
    conversation.fromClient(client(70016));
    conversation.fromClient(plain("verack"));
    conversation.fromClient(plain("getheaders"));
    conversation.onClientFinished();
    open();
    conversation.fromNode(node(70016));

    assertThat(relay.toNode()).containsExactly("version", "verack", "getheaders", "ping");
    assertThat(relay.served).isFalse();
  }

  @Test
  void whoSaysNoMoreBeforeItsVerackGetsNothingMore() {
    greet(client(70016), node(70016));
    conversation.onClientFinished();

    assertThat(relay.served).isTrue();
    assertThat(relay.toNode()).containsExactly("version");
  }

  @Test
  void aSecondVersionOrVerackOfTheNegotiationIsDropped() {
    greet(client(70016), node(70016));
    conversation.fromNode(node(70013));
    conversation.fromNode(plain("verack"));
    conversation.fromNode(plain("verack"));
    conversation.fromClient(client(70013));

    assertThat(relay.toClient()).containsExactly("version", "verack");
    assertThat(relay.toNode()).containsExactly("version");
    assertThat(conversation.state().version()).isEqualTo(70016);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ping", "headers", "filterload", "wtxidrelay", "version", "verack", "unheardof"})
  void afterBothVeracksEveryFrameIsRelayedAsItIs(String command) {
    relaying();
    Message message = Message.of(command, new byte[] {1, 2, 3});

    conversation.fromClient(message);
    conversation.fromNode(message);

    assertThat(relay.node).hasSize(3).last().isSameAs(message);
    assertThat(relay.client).hasSize(3).last().isSameAs(message);
  }

  @Test
  void theOrderIsKeptInEitherDirection() {
    relaying();
    for (String command : List.of("getdata", "ping", "getheaders")) {
      conversation.fromClient(plain(command));
    }
    for (String command : List.of("block", "pong", "headers")) {
      conversation.fromNode(plain(command));
    }

    assertThat(relay.toNode()).endsWith("getdata", "ping", "getheaders");
    assertThat(relay.toClient()).endsWith("block", "pong", "headers");
  }

  @Test
  void theOldestClientIsOf31800() {
    conversation.fromClient(client(31800));

    assertThat(relay.dialled).isEqualTo(1);
  }

  @Test
  void anOlderClientIsRefused() {
    conversation.fromClient(client(31799));

    assertThat(relay.disconnected).isEqualTo("obsolete-version");
    assertThat(relay.reason).contains("31799").contains("31800");
    conversation.fromClient(client(70016));
    conversation.onNodeOpen();
    assertThat(relay.dialled).isZero();
  }

  @Test
  void aMalformedVersionOfEitherIsRefused() {
    conversation.fromClient(plain("version"));
    assertThat(relay.disconnected).isEqualTo("malformed-version");

    ScriptedPassthrough other = new ScriptedPassthrough();
    BitcoinPassthrough second = new BitcoinPassthrough(other, new Random(1));
    second.fromClient(client(70016));
    other.nodeOpen = true;
    second.onNodeOpen();
    second.fromNode(plain("version"));
    assertThat(other.disconnected).isEqualTo("malformed-node-version");
    second.fromNode(node(70016));
    assertThat(other.client).isEmpty();
  }

  @Test
  void whatTheNodeSaysBeforeItsVersionIsDropped() {
    greet(client(70016), null);
    conversation.fromNode(plain("ping"));
    conversation.fromNode(plain("verack"));

    assertThat(relay.client).isEmpty();
  }

  private void greet(Message client, Message node) {
    conversation.fromClient(client);
    open();
    if (node != null) {
      conversation.fromNode(node);
    }
  }

  private void open() {
    relay.nodeOpen = true;
    conversation.onNodeOpen();
  }

  private void relaying() {
    greet(client(70016), node(70016));
    conversation.fromNode(plain("verack"));
    conversation.fromClient(plain("verack"));
  }

  private static Message client(int version) {
    return version(version, CORE, "/client/", 55, false);
  }

  private static Message node(int version) {
    return version(version, CORE, "/node/", 900, true);
  }

  private static Message version(
      int version, long services, String agent, int height, boolean relay) {
    return new Version(
            version,
            services,
            1_234,
            NetworkAddress.UNSPECIFIED,
            NetworkAddress.UNSPECIFIED,
            9,
            agent,
            height,
            relay)
        .toMessage();
  }

  private static Message plain(String command) {
    return Message.of(command, new byte[0]);
  }
}
