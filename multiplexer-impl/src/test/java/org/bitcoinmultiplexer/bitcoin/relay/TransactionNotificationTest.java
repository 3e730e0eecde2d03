package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_MONEY;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.node.TransactionNotification;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

class TransactionNotificationTest {

  private static final Message TX = TestChain.tx(1, 5);
  private static final Hash TXID = Transaction.parse(TX).txid();
  private static final Hash WTXID = Transaction.parse(TX).wtxid();

  private final RelayFixture fixture = new RelayFixture().connected();
  private final ScriptedEngineContext engine = fixture.engine;
  private final Peer alice = new Peer("alice");
  private final Peer bob = new Peer("bob");

  @Test
  void fetchesAnAnnouncedTransactionAndTellsEverybody() {
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);

    assertThat(engine.questions).hasSize(1);
    assertThat(engine.questions.get(0).request())
        .isEqualTo(Inventory.of(Commands.GETDATA, InventoryVector.WTX, WTXID));
    fixture.answer(TX);

    assertThat(engine.takeNews(TransactionNotification.class))
        .containsExactly(new TransactionNotification(TXID, WTXID));
    assertThat(fixture.nodeRelay.node().transaction(WTXID, true)).isEqualTo(TX);
    assertThat(fixture.nodeRelay.node().transaction(TXID, false)).isEqualTo(TX);
    assertThat(fixture.nodeRelay.node().transaction(TXID, true)).isNull();
    assertThat(fixture.nodeRelay.node().transactions()).containsExactly(TX);
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    assertThat(engine.questions).isEmpty();
    assertThat(engine.told).isEmpty();
  }

  @Test
  void asksANodeThatAnnouncesByTxidForTheFormWithWitness() {
    fixture.nodeAnnounces(InventoryVector.TX, TXID);
    assertThat(engine.take().request())
        .isEqualTo(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_TX, TXID));
  }

  @Test
  void asksOfAFloodOnlySoMuchAtOnceAndForgetsTheOldest() {
    int flood = AnnouncedTransactions.MOST_ASKED + AnnouncedTransactions.MOST_QUEUED + 1_000;
    for (int from = 0; from < flood; from += 50_000) {
      fixture.nodeAnnounces(InventoryVector.WTX, ids(from, Math.min(flood, from + 50_000)));
    }
    assertThat(engine.questions).hasSize(AnnouncedTransactions.MOST_ASKED);
    assertThat(engine.count(Counter.NEWS_TX_DROPPED)).isEqualTo(1_000);

    int asked = 0;
    while (!engine.questions.isEmpty()) {
      assertThat(engine.questions).hasSizeLessThanOrEqualTo(AnnouncedTransactions.MOST_ASKED);
      ScriptedEngineContext.Question question = engine.take();
      asked++;
      engine.loop.run(() -> question.then().accept(Outcome.Absent.INSTANCE));
    }
    assertThat(asked)
        .isEqualTo(AnnouncedTransactions.MOST_ASKED + AnnouncedTransactions.MOST_QUEUED);
    assertThat(engine.count(Counter.NEWS_TX_MISSING)).isEqualTo(asked);
    assertThat(engine.news).isEmpty();
  }

  @Test
  void forgetsWhatIsQueuedWhenTheConnectionIsGone() {
    fixture.nodeAnnounces(InventoryVector.WTX, ids(0, AnnouncedTransactions.MOST_ASKED + 500));
    fixture.reconnect(RelayFixture.LONG);
    int asked = engine.questions.size();
    List<ScriptedEngineContext.Question> open = new ArrayList<>(engine.questions);
    engine.questions.clear();
    open.forEach(fixture::absent);
    assertThat(asked).isEqualTo(AnnouncedTransactions.MOST_ASKED);
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void givesTheNodeWhatAClientSubmitsAndTellsTheOthersOnceTheNodeHasIt() {
    fixture.submits(alice, TX);
    assertThat(engine.told).containsExactly(TX);
    assertThat(engine.news).isEmpty();
    assertThat(fixture.nodeRelay.node().transaction(TXID, false)).isNull();

    fixture.answer(TX);
    assertThat(engine.takeNews(TransactionNotification.class))
        .containsExactly(new TransactionNotification(TXID, WTXID));
    assertThat(fixture.nodeRelay.node().transaction(TXID, false)).isEqualTo(TX);

    fixture.submits(bob, TX);
    assertThat(engine.told).hasSize(1);
    assertThat(engine.news).isEmpty();
    assertThat(engine.count(Counter.SUBMIT_TX_KNOWN)).isEqualTo(1);
  }

  @Test
  void asksAClientForWhatItAnnouncesInItsOwnFlavour() {
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    fixture.announces(bob, InventoryVector.TX, TXID);
    assertThat(alice.takeAsked()).containsExactly(new InventoryVector(InventoryVector.WTX, WTXID));
    assertThat(bob.takeAsked())
        .containsExactly(new InventoryVector(InventoryVector.WITNESS_TX, TXID));

    fixture.submits(alice, TX);
    assertThat(engine.told).containsExactly(TX);
    fixture.answer(TX);
    engine.loop.advance(AcceptanceProbe.TICK);
    assertThat(engine.loop.pendingTimers()).as("both requests are settled").isZero();
    fixture.announces(bob, InventoryVector.WTX, WTXID);
    assertThat(bob.asked).isEmpty();
  }

  @Test
  void asksTheNextAnnouncerAfterNotfoundThenAfterLeavingThenAfterAMinute() {
    Peer carol = new Peer("carol");
    Peer dave = new Peer("dave");
    for (Peer peer : List.of(alice, bob, carol, dave)) {
      fixture.announces(peer, InventoryVector.WTX, WTXID);
    }
    InventoryVector item = new InventoryVector(InventoryVector.WTX, WTXID);
    assertThat(alice.takeAsked()).containsExactly(item);
    assertThat(bob.asked).isEmpty();

    engine.loop.run(
        () ->
            fixture.nodeRelay.refused(
                bob, Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, Hash.ZERO)));
    Message notfound = Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, WTXID);
    engine.loop.run(() -> fixture.nodeRelay.refused(alice, notfound));
    assertThat(bob.takeAsked()).containsExactly(item);
    engine.loop.run(() -> fixture.nodeRelay.left(bob));
    assertThat(carol.takeAsked()).containsExactly(item);
    engine.loop.advance(DataRequestTracker.PATIENCE.minusMillis(1));
    assertThat(dave.asked).isEmpty();
    engine.loop.advance(Duration.ofMillis(1));
    assertThat(dave.takeAsked()).containsExactly(item);
    engine.loop.run(() -> fixture.nodeRelay.refused(dave, notfound));

    assertThat(alice.asked).isEmpty();
    assertThat(engine.loop.pendingTimers()).isZero();
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    assertThat(alice.takeAsked()).as("announced anew").containsExactly(item);
  }

  @Test
  void takesALateAnswerOfAClientThatWasGivenUp() {
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    engine.loop.advance(DataRequestTracker.PATIENCE);
    fixture.submits(alice, TX);
    assertThat(engine.told).containsExactly(TX);
  }

  @Test
  void asksOneClientOnlySoMuchAtOnceAndBoundsWhatItMayAnnounce() {
    Hash[] flood = ids(0, 50_000);
    fixture.announces(alice, InventoryVector.WTX, flood);
    fixture.announces(bob, InventoryVector.WTX, WTXID);

    assertThat(alice.takeAsked()).hasSize(DataRequestTracker.MOST_ASKED);
    assertThat(bob.takeAsked()).as("another client is not kept waiting").hasSize(1);
    int asked = DataRequestTracker.MOST_ASKED;
    for (int i = 0; i < DataRequestTracker.MOST_ASKED; i++) {
      Message notfound = Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, flood[i]);
      engine.loop.run(() -> fixture.nodeRelay.refused(alice, notfound));
      asked += alice.takeAsked().size();
    }
    assertThat(asked).isEqualTo(2 * DataRequestTracker.MOST_ASKED);
    assertThat(engine.count(Counter.ASK_CLIENT_FORGOTTEN)).isGreaterThanOrEqualTo(44_000);
    fixture.announces(bob, InventoryVector.WTX, flood[49_999]);
    assertThat(bob.asked).as("it is alice's turn, some time").isEmpty();
    engine.loop.run(() -> fixture.nodeRelay.left(alice));
    assertThat(bob.takeAsked()).hasSize(1);
    fixture.announces(bob, InventoryVector.WTX, flood[49_998]);
    assertThat(bob.takeAsked()).hasSize(1);
    engine.loop.advance(DataRequestTracker.PATIENCE);
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void tellsEverybodyOfWhatTheNodeRefusedAtFirstWhenItPasses() {
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    fixture.absent(engine.take());
    assertThat(fixture.line.says(TestChain.tx(2, 0))).isFalse();
    assertThat(engine.news).isEmpty();

    assertThat(fixture.line.says(TX)).as("the answer to a client is passed on").isFalse();
    fixture.line.says(TX);

    assertThat(engine.takeNews(TransactionNotification.class))
        .containsExactly(new TransactionNotification(TXID, WTXID));
    assertThat(fixture.nodeRelay.node().transaction(WTXID, true)).isEqualTo(TX);
  }

  @Test
  void aRefusalThatComesBehindTheTransactionIsOfNoConcern() {
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    fixture.line.says(TX);
    assertThat(engine.takeNews(TransactionNotification.class)).hasSize(1);

    fixture.absent(engine.take());
    fixture.line.says(TX);
    assertThat(engine.news).isEmpty();
    assertThat(engine.count(Counter.NEWS_TX_MISSING)).isZero();
  }

  @Test
  void whatTheNodeNeverAnnouncedIsNoNewsWhenItPasses() {
    fixture.nodeAnnounces(InventoryVector.WTX, Hash.of("%064x".formatted(9)));
    fixture.absent(engine.take());
    fixture.line.says(TX);

    assertThat(engine.news).isEmpty();
    assertThat(fixture.nodeRelay.node().transaction(WTXID, true)).isNull();
  }

  @Test
  void asksTheClientIfTheNodeAnnouncedItTooButDoesNotGiveIt() {
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    assertThat(alice.asked).isEmpty();

    fixture.absent(engine.take());

    assertThat(alice.takeAsked()).hasSize(1);
  }

  @Test
  void keepsSubmissionsForTheNextConnection() {
    fixture.line.closes();
    fixture.submits(alice, TX);
    assertThat(engine.told).isEmpty();
    assertThat(engine.questions).isEmpty();

    fixture.line = fixture.new Line();
    fixture.line.greets(RelayFixture.LONG, true);
    assertThat(engine.told).containsExactly(TX);
    fixture.reconnect(RelayFixture.LONG);
    assertThat(engine.told).as("again, until there is evidence").hasSize(2);
    fixture.answer(TX);
    fixture.reconnect(RelayFixture.LONG);
    assertThat(engine.told).as("this node may not have it").hasSize(3);
  }

  @Test
  void givesNothingToANodeThatWantsNoTransactions() {
    fixture.reconnect(RelayFixture.LONG);
    fixture.line.closes();
    fixture.submits(bob, TestChain.tx(2, 0));
    fixture.line = fixture.new Line();
    fixture.line.greets(RelayFixture.LONG, false);
    fixture.submits(alice, TX);

    assertThat(engine.told).isEmpty();
    assertThat(fixture.line.sent).isEmpty();
    assertThat(engine.count(Counter.SUBMIT_TX_UNWANTED)).isEqualTo(2);
    assertThat(engine.takeNews(TransactionNotification.class)).isEmpty();
    fixture.line.says(TX);
    assertThat(engine.takeNews(TransactionNotification.class))
        .as("it had it from elsewhere")
        .hasSize(1);
  }

  @Test
  void givesARebroadcastToTheNodeAgainAndSaysNothingOfItFromMemory() {
    fixture.submits(alice, TX);
    fixture.answer(TX);
    assertThat(alice.accepted).hasSize(1);
    engine.loop.advance(SubmissionSender.RETRY.minusMillis(1));
    fixture.submits(alice, TX);
    assertThat(engine.told).as("it was shown a moment ago").hasSize(1);
    assertThat(alice.accepted).hasSize(2);
    engine.loop.advance(Duration.ofMillis(1));

    fixture.submits(alice, TX);
    assertThat(engine.told).containsExactly(TX, TX);
    assertThat(alice.accepted).hasSize(2);
    fixture.answer(TX);
    assertThat(alice.accepted).hasSize(3);
    assertThat(alice.asked).isEmpty();
    assertThat(engine.takeNews(TransactionNotification.class)).hasSize(1);
  }

  @Test
  void givesTheNodeAgainWhatAClientAnnouncesThatTheNodeHasNotShownLately() {
    fixture.submits(alice, TX);
    fixture.answer(TX);
    engine.loop.advance(TransactionRelay.REBROADCAST.dividedBy(2));
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    engine.loop.advance(TransactionRelay.REBROADCAST.minusMillis(1));
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    assertThat(engine.told).hasSize(1);
    engine.loop.advance(Duration.ofMillis(1));
    fixture.announces(alice, InventoryVector.WTX, WTXID);
    assertThat(engine.told).hasSize(2);
    assertThat(alice.asked).isEmpty();
  }

  @Test
  void refusesWhatIsInvalidWhateverItSpends() {
    Hash spent = Hash.of("%064x".formatted(3));
    fixture.submits(alice, Message.of(Commands.TX, TestChain.coinbase(1)));
    fixture.submits(alice, TestChain.tx(spent, 0, MAX_MONEY + 1, 0));
    fixture.submits(alice, TestChain.tx(spent, 0, -1, 1));
    fixture.submits(alice, TestChain.tx(Hash.ZERO, -1, 1, 1));

    assertThat(engine.count(Counter.SUBMIT_TX_REFUSED)).isEqualTo(4);
    assertThat(engine.told).isEmpty();
    assertThat(engine.news).isEmpty();
    assertThatThrownBy(() -> fixture.submits(alice, Message.of(Commands.TX, new byte[9])))
        .isInstanceOf(MalformedMessageException.class);
    fixture.submits(alice, TestChain.tx(spent, 0, MAX_MONEY, 1));
    assertThat(engine.told).hasSize(1);
  }

  @Test
  void doesNotLetAClientReplaceTheWitnessThatTheNodeServed() {
    fixture.nodeAnnounces(InventoryVector.WTX, WTXID);
    fixture.answer(TX);
    Message other = TestChain.tx(1, 6);
    assertThat(Transaction.parse(other).txid()).isEqualTo(TXID);

    fixture.submits(alice, other);
    assertThat(fixture.nodeRelay.node().transaction(TXID, false)).isEqualTo(TX);

    Message third = TestChain.tx(1, 7);
    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(third).wtxid());
    fixture.answer(engine.questions.remove(engine.questions.size() - 1), third);
    assertThat(fixture.nodeRelay.node().transaction(TXID, false)).isEqualTo(third);
  }

  @Test
  void hopsToTheHubsLoopFromAnyOtherThread() {
    alice.meets(engine);
    fixture.nodeRelay.submitted(alice, TX);
    assertThat(engine.told).isEmpty();
    engine.loop.runTasks();
    assertThat(engine.told).containsExactly(TX);
  }

  private static Hash[] ids(int from, int to) {
    Hash[] ids = new Hash[to - from];
    for (int i = from; i < to; i++) {
      ids[i - from] = Hash.of("%064x".formatted(i + 1_000_000));
    }
    return ids;
  }
}
