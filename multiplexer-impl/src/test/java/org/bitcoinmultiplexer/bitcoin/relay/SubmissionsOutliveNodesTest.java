package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

/**
 * What a node has accepted of clients is brought to the next, until it is mined or never will be.
 */
class SubmissionsOutliveNodesTest {

  private static final Hash COIN = Hash.of("%064x".formatted(77));
  private static final Message TX = TestChain.tx(COIN, 0, 1_000, 1);
  private static final Hash TXID = Transaction.parse(TX).txid();
  private static final Hash WTXID = Transaction.parse(TX).wtxid();

  private final RelayFixture fixture = new RelayFixture();
  private final ScriptedEngineContext engine = fixture.engine;
  private final List<BlockHeader> known = fixture.knowing(3);
  private final Peer alice = new Peer("alice");

  private void accepted(Message tx) {
    fixture.submits(alice, tx);
    fixture.line.says(tx);
    engine.questions.clear();
    engine.told.clear();
  }

  private void reconnect() {
    engine.told.clear();
    fixture.reconnect(RelayFixture.LONG);
    engine.questions.removeIf(question -> question.request().command().equals(Commands.GETHEADERS));
  }

  @Test
  void everyNewConnectionIsOfferedWhatWasAcceptedUntilItsNodeShowsIt() {
    List<Message> payments = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      payments.add(TestChain.tx(i, 5));
      accepted(payments.get(i));
    }
    reconnect();
    assertThat(engine.told).containsExactlyElementsOf(payments);
    payments.forEach(fixture.line::says);
    engine.told.clear();
    engine.loop.advance(AcceptanceProbe.PATIENCE.multipliedBy(2));
    assertThat(engine.told).isEmpty();
    assertThat(alice.accepted).as("each was told once").hasSize(20);
  }

  /** A node may announce what it was given before it has echoed the marker behind it. */
  @Test
  void soIsWhatWasShownWhileItWasOnItsWay() {
    List<Message> payments = new ArrayList<>();
    for (int i = 0; i < 2 * SubmissionSender.MOST_OF_OURS; i++) {
      payments.add(TestChain.tx(i, 5));
      accepted(payments.get(i));
    }
    engine.busy = true;
    for (int again = 0; again < 3; again++) {
      reconnect();
      assertThat(engine.told)
          .containsExactlyElementsOf(payments.subList(0, SubmissionSender.MOST_OF_OURS));
      payments.forEach(fixture.line::says);
    }
    reconnect();
    while (!engine.underWay.isEmpty()) {
      engine.processed();
    }
    assertThat(engine.told).containsAll(payments);
  }

  @Test
  void itIsOfferedAgainForAsLongAsTheNodeDoesNotShowIt() {
    accepted(TX);
    reconnect();
    for (int minute = 0; minute < 35; minute++) {
      while (!engine.questions.isEmpty()) {
        fixture.absent(engine.take());
      }
      engine.loop.advance(Duration.ofMinutes(1));
    }
    assertThat(engine.told).containsExactly(TX, TX, TX, TX);
    assertThat(engine.count(Counter.SUBMIT_TX_UNPROVEN)).isZero();
    fixture.line.says(TX);
    engine.loop.advance(Duration.ofHours(1));
    assertThat(engine.told).hasSize(4);
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void whoSendsAgainIsToldOfTheNodeThatIsThereNow() {
    accepted(TX);
    reconnect();
    assertThat(engine.told).containsExactly(TX);
    engine.loop.advance(SubmissionSender.RETRY);
    fixture.submits(alice, TX);
    assertThat(engine.told).as("is not swallowed").containsExactly(TX, TX);
    assertThat(alice.accepted).hasSize(1);
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    assertThat(alice.asked).as("it is here").isEmpty();
    fixture.line.says(TX);
    assertThat(alice.accepted).hasSize(2);
  }

  @Test
  void whatANewConnectionIsToldOfIsGivenToItToo() {
    accepted(TX);
    engine.loop.advance(Duration.ofMinutes(1));
    fixture.line.closes();
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    fixture.line = fixture.new Line();
    fixture.line.greets(RelayFixture.LONG, true);
    assertThat(engine.told).containsExactly(TX);
  }

  @Test
  void whatIsMinedIsOfferedNoMore() {
    accepted(TX);
    BlockHeader next = TestChain.grow(TestChain.last(known), 1, 1).get(0);
    fixture.line.says(TestChain.headers(next));
    ScriptedEngineContext.Question asked = engine.take();
    assertThat(asked.request())
        .isEqualTo(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, next.hash()));
    fixture.answer(asked, AcceptanceProbeTest.blockWith(next, TX));
    reconnect();
    assertThat(engine.told).isEmpty();
    engine.questions.clear();
    fixture.line.says(TestChain.headers(TestChain.grow(next, 1, 1)));
    assertThat(engine.questions).as("no block need be looked through").isEmpty();
  }

  @Test
  void whatIsReplacedIsOfferedNoMoreNorIsWhatSpendsFromIt() {
    Message child = TestChain.tx(TXID, 0, 900, 1);
    accepted(TX);
    accepted(child);
    Message replacement = TestChain.tx(COIN, 0, 500, 1);
    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(replacement).wtxid());
    fixture.answer(engine.take(), replacement);
    reconnect();
    assertThat(engine.told).isEmpty();
  }

  @Test
  void itIsKeptForTwoWeeks() {
    accepted(TX);
    fixture.clock.now = fixture.clock.now.plus(UnconfirmedSubmissions.KEPT).minusSeconds(1);
    reconnect();
    assertThat(engine.told).containsExactly(TX);
    fixture.clock.now = fixture.clock.now.plusSeconds(1);
    reconnect();
    assertThat(engine.told).isEmpty();
  }

  @Test
  void patienceCountsWhileANodeIsThere() {
    List<Message> payments = new ArrayList<>();
    for (int i = 0; i < 399; i++) {
      payments.add(TestChain.tx(i, 5));
      fixture.submits(alice, payments.get(i));
    }
    fixture.line.closes();
    engine.loop.advance(AcceptanceProbe.PATIENCE.plusMinutes(1));
    engine.told.clear();
    engine.questions.clear();
    engine.busy = true;
    fixture.line = fixture.new Line();
    fixture.line.greets(RelayFixture.LONG, true);
    engine.loop.advance(Duration.ofSeconds(5));
    while (!engine.underWay.isEmpty()) {
      engine.processed();
    }
    assertThat(engine.told).containsExactlyElementsOf(payments);
    assertThat(engine.count(Counter.SUBMIT_TX_UNPROVEN)).isZero();
    assertThat(engine.count(Counter.SUBMIT_TX_DISPLACED)).isZero();
  }
}
