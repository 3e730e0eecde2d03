package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.node.TransactionNotification;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

/** What a client submits stays between it and the node until the node shows that it accepted it. */
class AcceptanceProbeTest {

  private static final Message TX = TestChain.tx(1, 5);
  private static final Hash TXID = Transaction.parse(TX).txid();
  private static final Hash WTXID = Transaction.parse(TX).wtxid();
  private static final Message OTHER_WITNESS = TestChain.tx(1, 6);
  private static final Message ASKED = Inventory.of(Commands.GETDATA, InventoryVector.WTX, WTXID);

  private final RelayFixture fixture = new RelayFixture().connected();
  private final ScriptedEngineContext engine = fixture.engine;
  private final Peer alice = new Peer("alice");
  private final Peer bob = new Peer("bob");

  // ---- none

  @Test
  void whatTheNodeNeverShowsIsNeverNewsNorServedToAnybodyButTheNode() {
    fixture.submits(alice, TX);
    for (int second = 0; second < 700; second++) {
      while (!engine.questions.isEmpty()) {
        fixture.absent(engine.take());
      }
      requireUnknown();
      engine.loop.advance(Duration.ofSeconds(1));
    }
    requireUnknown();
    assertThat(engine.count(Counter.SUBMIT_TX_UNPROVEN)).isEqualTo(1);
    assertThat(engine.loop.pendingTimers()).isZero();
    assertThat(alice.accepted).isEmpty();
  }

  private void requireUnknown() {
    assertThat(engine.takeNews(TransactionNotification.class)).isEmpty();
    assertThat(fixture.nodeRelay.node().transaction(TXID, false)).isNull();
    assertThat(fixture.nodeRelay.node().transaction(WTXID, true)).isNull();
    assertThat(fixture.nodeRelay.node().transactions()).isEmpty();
  }

  @Test
  void whatWasFetchedFromAClientIsNoNewsEither() {
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    fixture.submits(alice, TX);
    fixture.absent(engine.take());
    requireUnknown();
  }

  @Test
  void anotherTransactionOrAnotherWitnessIsNoEvidence() {
    fixture.submits(alice, TX);
    fixture.line.says(TestChain.tx(2, 0));
    fixture.line.says(OTHER_WITNESS);
    fixture.line.says(Transaction.strip(TX));
    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(OTHER_WITNESS).wtxid());
    fixture.nodeAnnounces(InventoryVector.TX, TXID);
    requireUnknown();
  }

  // ---- some

  @Test
  void theNodeGivesItBack() {
    fixture.submits(alice, TX);
    assertThat(engine.questions.get(0).request()).isEqualTo(ASKED);
    fixture.answer(TX);
    requireNews();
    engine.loop.advance(Duration.ofMinutes(11));
    assertThat(engine.questions).isEmpty();
    assertThat(engine.news).isEmpty();
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  private void requireNews() {
    assertThat(engine.takeNews(TransactionNotification.class))
        .containsExactly(new TransactionNotification(TXID, WTXID));
    assertThat(fixture.nodeRelay.node().transaction(TXID, false)).isEqualTo(TX);
    assertThat(fixture.nodeRelay.node().transactions()).containsExactly(TX);
    assertThat(alice.accepted).containsExactly(WTXID);
    assertThat(engine.count(Counter.SUBMIT_TX_PROVEN)).isEqualTo(1);
  }

  @Test
  void theNodeAnnouncesIt() {
    fixture.submits(alice, TX);
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    requireNews();
    assertThat(engine.questions).as("what is here need not be asked for").hasSize(1);
  }

  @Test
  void theNodeSendsItToSomebodyElse() {
    fixture.submits(alice, TX);
    assertThat(fixture.line.says(TX)).isFalse();
    fixture.line.says(TX);
    requireNews();
  }

  @Test
  void theNodeSendsItsBestBlockWithIt() {
    List<BlockHeader> known = fixture.learning(3);
    fixture.submits(alice, TX);
    BlockHeader next = TestChain.grow(TestChain.last(known), 1, 1).get(0);
    fixture.line.says(blockWith(next, OTHER_WITNESS));
    requireUnknown();

    BlockHeader last = TestChain.grow(next, 1, 1).get(0);
    fixture.line.says(blockWith(last, TX));
    requireNews();
  }

  static Message blockWith(BlockHeader header, Message tx) {
    byte[] head = new byte[80];
    header.write(head, 0);
    byte[] coinbase = TestChain.coinbase(1);
    return new ByteWriter(81 + coinbase.length + tx.size())
        .bytes(head)
        .u8(2)
        .bytes(coinbase)
        .bytes(tx.toByteArray())
        .toMessage(Commands.BLOCK);
  }

  @Test
  void aNodeWithoutWtxidsIsAskedByTxidAndHasToGiveTheSameWitness() {
    RelayFixture old = new RelayFixture();
    old.engine.loop.run(old.line.conversation::onOpen);
    old.line.says(RelayFixture.version(RelayFixture.LONG, true));
    old.line.says(Message.of(Commands.VERACK, new byte[0]));
    old.tellsItsChain();
    old.engine.news.clear();
    old.submits(alice, TX);
    ScriptedEngineContext.Question question = old.engine.take();
    assertThat(question.request())
        .isEqualTo(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_TX, TXID));
    old.answer(question, OTHER_WITNESS);
    assertThat(old.engine.news).isEmpty();

    old.engine.loop.advance(Duration.ofSeconds(2));
    old.answer(TX);
    assertThat(old.engine.takeNews(TransactionNotification.class)).hasSize(1);
  }

  @Test
  void everybodyWhoSubmittedItIsToldAndSoIsWhoComesLater() {
    fixture.submits(alice, TX);
    fixture.submits(bob, TX);
    assertThat(engine.told).containsExactly(TX);
    fixture.answer(TX);
    fixture.submits(bob, TX);

    assertThat(alice.accepted).containsExactly(WTXID);
    assertThat(bob.accepted).containsExactly(WTXID, WTXID);
    assertThat(engine.takeNews(TransactionNotification.class)).hasSize(1);
  }

  @Test
  void whatAClientLeavesBehindIsNewsAllTheSame() {
    fixture.submits(alice, TX);
    engine.loop.run(() -> fixture.nodeRelay.left(alice));
    fixture.answer(TX);
    assertThat(engine.takeNews(TransactionNotification.class)).hasSize(1);
    assertThat(alice.accepted).isEmpty();
  }

  // ---- when it is asked for

  @Test
  void asksAtOnceAndThenEverMoreRarelyUntilTenMinutesAreOver() {
    fixture.submits(alice, TX);
    List<Integer> asked = new ArrayList<>();
    for (int second = 0; second <= 700; second++) {
      while (!engine.questions.isEmpty()) {
        assertThat(engine.questions.get(0).request()).isEqualTo(ASKED);
        fixture.absent(engine.take());
        asked.add(second);
      }
      engine.loop.advance(Duration.ofSeconds(1));
    }
    assertThat(asked)
        .containsExactly(0, 2, 4, 6, 8, 10, 15, 20, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540);
    assertThat(engine.count(Counter.SUBMIT_TX_ASKED)).isEqualTo(asked.size());
  }

  @Test
  void asksWhenTheNodeAnnouncedSomethingElseOrHasANewBlock() {
    List<BlockHeader> known = fixture.learning(3);
    fixture.submits(alice, TX);
    fixture.absent(engine.take());
    engine.loop.advance(Duration.ofSeconds(12));
    while (!engine.questions.isEmpty()) {
      fixture.absent(engine.take());
    }

    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(TestChain.tx(2, 0)).wtxid());
    assertThat(engine.questions)
        .extracting(ScriptedEngineContext.Question::request)
        .contains(ASKED)
        .hasSize(2);
    while (!engine.questions.isEmpty()) {
      fixture.absent(engine.take());
    }
    engine.loop.advance(Duration.ofSeconds(2));
    fixture.line.says(TestChain.headers(TestChain.grow(TestChain.last(known), 1, 1)));
    assertThat(engine.questions)
        .extracting(ScriptedEngineContext.Question::request)
        .containsExactly(ASKED);
  }

  @Test
  void asksAgainAfterAHintThatCameWhileItAsked() {
    fixture.submits(alice, TX);
    ScriptedEngineContext.Question first = engine.take();
    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(TestChain.tx(2, 0)).wtxid());
    fixture.absent(engine.take());
    assertThat(engine.questions).isEmpty();

    fixture.absent(first);
    assertThat(engine.questions)
        .extracting(ScriptedEngineContext.Question::request)
        .containsExactly(ASKED);
  }

  @Test
  void hintsAreAtMostOneASecondAndCountOnlyAFewTimes() {
    fixture.submits(alice, TX);
    fixture.absent(engine.take());
    int asked = 0;
    for (int i = 0; i < 300; i++) {
      fixture.nodeAnnounces(
          InventoryVector.WTX, Transaction.parse(TestChain.tx(1_000 + i, 0)).wtxid());
      while (!engine.questions.isEmpty()) {
        ScriptedEngineContext.Question question = engine.take();
        asked += question.request().equals(ASKED) ? 1 : 0;
        fixture.absent(question);
      }
      engine.loop.advance(Duration.ofMillis(100));
    }
    assertThat(asked).isBetween(AcceptanceProbe.MOST_HINTS, AcceptanceProbe.MOST_HINTS + 8);
  }

  @Test
  void aNodeThatIsToldFirstIsAskedOnceItHasFetched() {
    RelayFixture picky = new RelayFixture().connected("/bcoin:v1.0.2/");
    picky.submits(alice, TX);
    picky.absent(picky.engine.take());
    picky.line.says(Inventory.of(Commands.GETDATA, InventoryVector.WTX, WTXID));
    assertThat(picky.engine.told).endsWith(TX);

    picky.answer(TX);
    assertThat(picky.engine.takeNews(TransactionNotification.class)).hasSize(1);
  }

  @Test
  void givesAndAsksAnewOnTheNextConnection() {
    fixture.submits(alice, TX);
    fixture.absent(engine.take());
    engine.loop.advance(Duration.ofMinutes(3));
    fixture.line.closes();
    engine.questions.clear();
    assertThat(engine.loop.pendingTimers()).isZero();
    engine.loop.advance(Duration.ofHours(1));
    assertThat(engine.questions).isEmpty();

    fixture.line = fixture.new Line();
    fixture.line.greets(RelayFixture.LONG, true);
    assertThat(engine.told).containsExactly(TX, TX);
    engine.loop.advance(Duration.ofMinutes(1));
    assertThat(engine.count(Counter.SUBMIT_TX_UNPROVEN)).isZero();
    fixture.line.says(TX);
    requireNews();
  }

  @Test
  void givesOnTheNextConnectionOfEverybodyALittleAtATime() {
    Peer gone = new Peer("gone");
    for (int i = 0; i < 30; i++) {
      fixture.submits(gone, TestChain.tx(10_000 + i, 0));
    }
    engine.loop.run(() -> fixture.nodeRelay.left(gone));
    for (int i = 0; i < 30; i++) {
      fixture.submits(alice, TestChain.tx(20_000 + i, 0));
    }
    fixture.submits(bob, TX);
    fixture.line.closes();
    engine.told.clear();
    engine.busy = true;
    fixture.line = fixture.new Line();
    fixture.line.greets(RelayFixture.LONG, true);
    assertThat(engine.told)
        .containsExactlyInAnyOrder(
            TestChain.tx(10_000, 0),
            TestChain.tx(10_001, 0),
            TestChain.tx(20_000, 0),
            TestChain.tx(20_001, 0),
            TX);
    while (!engine.underWay.isEmpty()) {
      assertThat(engine.underWay).hasSizeLessThanOrEqualTo(5);
      engine.processed();
    }
    assertThat(engine.told).hasSize(61).doesNotHaveDuplicates();
  }

  @Test
  void givesTheNodeAgainWhatIsSubmittedAgainWithoutEvidence() {
    fixture.submits(alice, TX);
    fixture.submits(alice, TX);
    fixture.submits(bob, TX);
    assertThat(engine.told).hasSize(1);
    engine.loop.advance(SubmissionSender.RETRY);
    fixture.submits(alice, TX);
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    assertThat(engine.told).containsExactly(TX, TX);
    assertThat(engine.count(Counter.SUBMIT_TX_REPEATED)).isEqualTo(1);
    assertThat(alice.asked).isEmpty();
  }

  // ---- bounds

  @Test
  void oneClientDisplacesOnlyItsOwnAndTheOldestFirst() {
    fixture.submits(bob, TX);
    int flood = 2_000;
    for (int i = 0; i < flood; i++) {
      fixture.submits(alice, TestChain.tx(10_000 + i, 0));
    }
    long displaced = engine.count(Counter.SUBMIT_TX_DISPLACED);
    assertThat(displaced).isBetween(900L, 1_500L);

    List<ScriptedEngineContext.Question> open = new ArrayList<>(engine.questions);
    engine.questions.clear();
    open.forEach(fixture::absent);
    fixture.line.says(TestChain.tx(10_000 + (int) displaced - 1, 0));
    assertThat(engine.news).as("forgotten").isEmpty();
    fixture.line.says(TestChain.tx(10_000 + (int) displaced, 0));
    fixture.line.says(TX);
    assertThat(engine.takeNews(TransactionNotification.class)).hasSize(2);
    assertThat(bob.accepted).containsExactly(WTXID);
  }

  @Test
  void ofAllClientsTheGreediestMakesRoom() {
    fixture.submits(bob, TX);
    List<Peer> flooders = new ArrayList<>();
    for (int client = 0; client < 12; client++) {
      Peer flooder = new Peer("flooder " + client);
      flooders.add(flooder);
      for (int i = 0; i < 850; i++) {
        fixture.submits(flooder, TestChain.tx(1_000_000 + 1_000 * client + i, 0));
      }
      engine.loop.run(() -> fixture.nodeRelay.left(flooder));
    }
    assertThat(engine.count(Counter.SUBMIT_TX_DISPLACED)).isGreaterThan(1_000);
    fixture.line.says(TX);
    assertThat(engine.takeNews(TransactionNotification.class)).hasSize(1);
    assertThat(fixture.nodeRelay.node().transactions()).as("nothing proven was lost").hasSize(1);
  }

  @Test
  void aFloodIsAskedForNoFasterThanAllowedAndDelaysNobodyElse() {
    for (int i = 0; i < 800; i++) {
      fixture.submits(alice, TestChain.tx(10_000 + i, 0));
    }
    assertThat(engine.questions).hasSize(AcceptanceProbe.MOST_UNDER_WAY);
    fixture.submits(bob, TX);
    assertThat(engine.questions).hasSize(AcceptanceProbe.MOST_UNDER_WAY + 1);
    assertThat(engine.questions.get(AcceptanceProbe.MOST_UNDER_WAY).request()).isEqualTo(ASKED);
    assertThat(absentUntilNothingIsAsked()).isEqualTo(AcceptanceProbe.MOST_ASKS + 1);
    for (int second = 0; second < 20; second++) {
      engine.loop.advance(Duration.ofSeconds(1));
      fixture.nodeAnnounces(
          InventoryVector.WTX, Transaction.parse(TestChain.tx(5_000 + second, 0)).wtxid());
      assertThat(absentUntilNothingIsAsked())
          .isBetween(
              AcceptanceProbe.ASKS_PER_TICK,
              AcceptanceProbe.ASKS_PER_TICK + 3); // what is announced, and bob's
    }
  }

  private int absentUntilNothingIsAsked() {
    int asked = 0;
    for (; !engine.questions.isEmpty(); asked++) {
      assertThat(engine.questions).hasSizeLessThanOrEqualTo(AcceptanceProbe.MOST_UNDER_WAY + 2);
      fixture.absent(engine.take());
    }
    return asked;
  }

  @Test
  void whatWaitsForItsTurnIsAskedOnTheNextConnectionAndNotTwice() {
    for (int i = 0; i < 50; i++) {
      fixture.submits(alice, TestChain.tx(10_000 + i, 0));
    }
    fixture.line.closes();
    fixture.line = fixture.new Line();
    fixture.line.greets(RelayFixture.LONG, true);
    List<ScriptedEngineContext.Question> old = new ArrayList<>(engine.questions);
    engine.questions.clear();
    assertThat(old).hasSize(AcceptanceProbe.MOST_UNDER_WAY);
    old.forEach(fixture::absent);
    assertThat(absentUntilNothingIsAsked()).isEqualTo(50);
  }

  @Test
  void allThatClientsLeftBehindIsAskedFromOneSeat() {
    for (Peer client : List.of(alice, bob)) {
      for (int i = 0; i < 2 * AcceptanceProbe.MOST_UNDER_WAY; i++) {
        fixture.submits(client, TestChain.tx(10_000 * client.name.length() + i, 0));
      }
      engine.loop.run(() -> fixture.nodeRelay.left(client));
    }
    List<ScriptedEngineContext.Question> before = new ArrayList<>(engine.questions);
    engine.questions.clear();
    before.forEach(fixture::absent);
    assertThat(before.stream().map(ScriptedEngineContext.Question::source).distinct()).hasSize(2);
    assertThat(engine.questions)
        .hasSize(before.size())
        .extracting(ScriptedEngineContext.Question::source)
        .containsOnly(engine.questions.get(0).source());
  }

  @Test
  void theNodeIsAskedFromTheSeatOfWhoeverSubmittedSoThatAFloodKeepsNobodyElseWaiting() {
    Message another = TestChain.tx(2, 5);
    fixture.submits(alice, TX);
    fixture.submits(alice, another);
    fixture.submits(bob, TX);
    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(TestChain.tx(3, 5)).wtxid());
    assertThat(engine.questions).hasSize(4);
    Optional<EngineContext.Source> ofAlice = engine.questions.get(0).source();
    assertThat(ofAlice).isPresent();
    assertThat(engine.questions.get(1).source()).isEqualTo(ofAlice);
    assertThat(engine.questions.get(2).source()).isPresent().isNotEqualTo(ofAlice);
    assertThat(engine.questions.get(3).source()).as("what the node announced is for all").isEmpty();
  }

  @Test
  void whoAnnouncedTheSameIsAskedWhenItCouldNotBeProven() {
    fixture.announces(bob, InventoryVector.WTX, WTXID);
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    assertThat(bob.takeAsked()).hasSize(1);
    fixture.submits(bob, TX);
    assertThat(alice.asked).isEmpty();
    for (int minute = 0; minute < 11; minute++) {
      while (!engine.questions.isEmpty()) {
        fixture.absent(engine.take());
      }
      engine.loop.advance(Duration.ofMinutes(1));
    }
    assertThat(alice.takeAsked()).hasSize(1);
    assertThat(bob.asked).isEmpty();
  }

  @Test
  void whoAnnouncesWhatAnotherSubmittedIsAskedForItToo() {
    fixture.submits(alice, TX);
    fixture.announces(bob, InventoryVector.WTX, WTXID);
    assertThat(bob.takeAsked()).hasSize(1);
    fixture.submits(bob, TX);
    fixture.answer(TX);
    assertThat(bob.accepted).containsExactly(WTXID);
  }

  @Test
  void theNodeIsServedTheFormThatWasSubmittedLast() {
    fixture.submits(alice, OTHER_WITNESS);
    fixture.submits(bob, TX);
    fixture.line.says(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_TX, TXID));
    assertThat(engine.told).containsExactly(OTHER_WITNESS, TX, TX);
  }
}
