package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.node.NodeNotification;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.SendSequence;
import org.bitcoinmultiplexer.bitcoin.wire.Sequence;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.metrics.Counter;
import org.bitcoinmultiplexer.tck.SimulatedLoop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamConversationTest {

  private final RelayFixture fixture = new RelayFixture();
  private final ScriptedEngineContext engine = fixture.engine;
  private final RelayFixture.Line line = fixture.line;

  @Test
  void shakesHandsAndIsReadyOnce() {
    assertThat(fixture.nodeRelay.node().info()).isNull();
    engine.loop.run(line.conversation::onOpen);
    assertThat(line.sent).extracting(Message::command).containsExactly(Commands.VERSION);
    assertThat(Version.parse(line.sent.get(0)).services())
        .isEqualTo(Version.NODE_NETWORK | Version.NODE_WITNESS | Version.NODE_SEQUENCE);

    assertThat(line.says(RelayFixture.version(5_000, true))).isTrue();
    assertThat(line.ready).isEmpty();
    assertThat(line.says(plain(Commands.VERACK))).isTrue();
    assertThat(line.says(plain(Commands.VERACK))).isTrue();

    assertThat(line.ready).singleElement().asString().contains("node:18444", "/Satoshi:31.0.0/");
    assertThat(fixture.nodeRelay.node().info()).isNotNull();
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(5_000);
    assertThat(engine.takeNews(NodeNotification.class))
        .containsExactly(new NodeNotification(fixture.nodeRelay.node().info()));
  }

  @Test
  void aNodeThatTakesNumberedRequestsIsReadyForThem() {
    agreeOnNumbers(17);

    assertThat(line.ready).hasSize(1);
    assertThat(line.numbered.window()).isEqualTo(17);
    assertThat(fixture.nodeRelay.node().info().window()).isEqualTo(17);
  }

  @Test
  void aNodeThatTakesNoneIsAskedWithoutNumbers() {
    agreeOnNumbers(0);

    assertThat(line.ready).hasSize(1);
    assertThat(line.numbered).isNull();
    assertThat(line.says(Sequence.message(1, Sequence.Kind.PART))).isFalse();
    assertThat(line.says(Ping.ping(1))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "inv", "getdata", "verack", "sendcmpct", "pong", "tx", "headers"})
  void whatStandsBehindTheNumberOfAnAnswerIsNeverTakenForSomethingElse(String command) {
    agreeOnNumbers(17);
    line.sent.clear();
    for (Sequence.Kind kind : List.of(Sequence.Kind.PART, Sequence.Kind.LAST)) {
      assertThat(line.says(Sequence.message(1, kind))).isFalse();
      assertThat(line.says(Message.of(command, new byte[8]))).isFalse();
    }

    assertThat(line.sent).isEmpty();
    assertThat(line.says(Sequence.message(1, Sequence.Kind.END))).isFalse();
    assertThat(line.says(Ping.ping(7))).isTrue();
    assertThat(line.sent).containsExactly(Ping.pong(7));
  }

  private void agreeOnNumbers(long window) {
    engine.loop.run(line.conversation::onOpen);
    line.says(RelayFixture.version(5_000, true));
    line.says(new SendSequence(1, window).toMessage());
    line.says(plain(Commands.VERACK));
  }

  @Test
  void promisesNoBlocksUnlessTheyAreToBeServed() {
    RelayFixture modest = new RelayFixture(RelayOptions.DEFAULT);
    modest.engine.loop.run(modest.line.conversation::onOpen);
    assertThat(Version.parse(modest.line.sent.get(0)).services())
        .isEqualTo(Version.NODE_WITNESS | Version.NODE_SEQUENCE);
  }

  @Test
  void givesUpANodeThatIsTooOld() {
    engine.loop.run(line.conversation::onOpen);
    Version old = Version.parse(RelayFixture.version(5, true));
    line.says(
        new Version(
                60_000,
                old.services(),
                old.time(),
                old.receiver(),
                old.sender(),
                old.nonce(),
                old.userAgent(),
                5,
                true)
            .toMessage());
    assertThat(line.failed).singleElement().asString().contains("60000");
    assertThat(line.says(Ping.ping(1))).as("nothing is routed any more").isTrue();
    line.closes();
    assertThat(fixture.nodeRelay.node().info()).isNull();
  }

  @Test
  void saysNothingAfterTheHandshakeThatChangesTheConnection() {
    fixture.connected();
    assertThat(line.sent).isEmpty();
    assertThat(engine.told).isEmpty();
  }

  @Test
  void answersPingsAtOnce() {
    fixture.connected();
    assertThat(line.says(Ping.ping(77))).isTrue();
    assertThat(line.sent).containsExactly(Ping.pong(77));
  }

  @Test
  void recognisesTheEchoOfItsOwnPingAndNoOther() {
    fixture.connected();
    engine.loop.run(line.conversation::onIdle);
    engine.loop.run(line.conversation::onIdle);
    assertThat(line.sent).as("one ping at a time").hasSize(1);
    long nonce = Ping.nonce(line.sent.get(0));

    assertThat(line.says(Ping.pong(nonce + 1))).as("a marker of the router").isFalse();
    assertThat(line.says(Ping.pong(nonce))).isTrue();
    assertThat(line.says(Ping.pong(nonce))).isFalse();
    engine.loop.run(line.conversation::onIdle);
    assertThat(line.sent).hasSize(2);
    assertThat(Ping.nonce(line.sent.get(1))).isNotEqualTo(nonce);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sendcmpct",
        "sendheaders",
        "addr",
        "addrv2",
        "alert",
        "feature",
        "sendtxrcncl",
        "getaddr",
        "mempool",
        "filterload",
        "getblocks",
        "reject"
      })
  void keepsToItselfWhatIsNoAnswer(String command) {
    fixture.connected();
    assertThat(line.says(Message.of(command, new byte[9]))).isTrue();
    assertThat(line.sent).isEmpty();
    assertThat(engine.news).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "block",
        "tx",
        "headers",
        "notfound",
        "cmpctblock",
        "blocktxn",
        "merkleblock",
        "cfilter",
        "cfheaders",
        "cfcheckpt",
        "utxos"
      })
  void leavesToTheRouterWhatMayBeAnAnswerEvenIfItCannotBeRead(String command) {
    fixture.connected();
    assertThat(line.says(Message.of(command, new byte[3]))).isFalse();
    assertThat(engine.news).isEmpty();
  }

  @Test
  void survivesAnnouncementsThatCannotBeRead() {
    fixture.connected();
    line.says(Message.of(Commands.INV, new byte[] {5, 1, 2}));
    line.says(Message.of(Commands.PING, new byte[3]));
    line.says(Message.of(Commands.GETDATA, new byte[] {(byte) 0xff}));
    assertThat(engine.count(Counter.NEWS_NODE_MALFORMED)).isEqualTo(3);
    assertThat(line.says(Ping.ping(5))).isTrue();
  }

  @Test
  void passesOnTheFeeFilterOnceForEachRate() {
    fixture.connected();
    assertThat(line.says(new FeeFilter(1000).toMessage())).isTrue();
    line.says(new FeeFilter(1000).toMessage());
    line.says(new FeeFilter(2000).toMessage());
    assertThat(engine.takeNews(NodeNotification.class))
        .extracting(news -> news.node().feeFilter())
        .containsExactly(1000L, 2000L);
    assertThat(fixture.nodeRelay.node().info().feeFilter()).isEqualTo(2000);
  }

  @Test
  void ignoresItemsOfUnknownTypes() {
    fixture.connected();
    assertThat(
            line.says(
                Inventory.of(
                    Commands.INV,
                    List.of(
                        new InventoryVector(0, Hash.ZERO), new InventoryVector(99, Hash.ZERO)))))
        .isTrue();
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void runsWhatWaitsForTheNodeInItsOwnLoop() {
    SimulatedLoop elsewhere = new SimulatedLoop();
    List<String> ran = new ArrayList<>();
    fixture.nodeRelay.node().whenKnown(elsewhere, () -> ran.add("early"));
    engine.loop.runTasks();
    elsewhere.runTasks();
    assertThat(ran).isEmpty();

    fixture.connected();
    assertThat(ran).isEmpty();
    elsewhere.runTasks();
    assertThat(ran).containsExactly("early");
    line.closes();
    fixture.nodeRelay.node().whenKnown(elsewhere, () -> ran.add("late"));
    assertThat(ran).containsExactly("early");
    elsewhere.runTasks();
    assertThat(ran).as("known while disconnected too").containsExactly("early", "late");
  }

  private static Message plain(String command) {
    return Message.of(command, new byte[0]);
  }
}
