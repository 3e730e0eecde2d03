package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.budget.Rate;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

/**
 * What clients submit reaches the node of everybody a little at a time, and of whom it is asked.
 */
class SubmissionSenderTest {

  private final RelayFixture fixture = new RelayFixture().connected();
  private final ScriptedEngineContext engine = fixture.engine;
  private final Peer alice = new Peer("alice");
  private final Peer bob = new Peer("bob");

  @Test
  void ofOneClientTwoAreInFlightAndItIsReadFromNoMoreUntilTheyAreProcessed() {
    engine.busy = true;
    for (int i = 0; i < 60; i++) {
      fixture.submits(alice, TestChain.tx(i, 5));
    }
    assertThat(engine.told).hasSize(SubmissionSender.MOST_IN_FLIGHT);
    assertThat(alice.processed).isZero();
    fixture.submits(bob, TestChain.tx(100, 5));
    assertThat(engine.told).as("another's do not wait for it").hasSize(3);
    engine.processed();
    assertThat(alice.processed).isEqualTo(Client.cost(TestChain.tx(0, 5)));
    assertThat(engine.told).hasSize(4);
    for (int left = 60; left > 0; left--) {
      engine.processed();
    }
    assertThat(alice.processed).isEqualTo(60L * Client.cost(TestChain.tx(0, 5)));
    assertThat(bob.processed).isEqualTo(Client.cost(TestChain.tx(100, 5)));
  }

  @Test
  void whoTakesMuchOfTheNodesTimeWaitsForMoreOfIt() {
    engine.busy = true;
    for (int i = 0; i < 9; i++) {
      fixture.submits(alice, TestChain.tx(i, 5));
    }
    engine.processed(Duration.ofSeconds(3));
    assertThat(engine.told).as("it owes a second, which is paid in four").hasSize(2);
    fixture.submits(bob, TestChain.tx(100, 5));
    assertThat(engine.told).hasSize(3);
    engine.loop.advance(Duration.ofMillis(3_999));
    assertThat(engine.told).hasSize(3);
    engine.loop.advance(Duration.ofMillis(1));
    assertThat(engine.told).hasSize(4);
    engine.processed(Duration.ofSeconds(5));
    engine.processed(Duration.ofMillis(1));
    fixture.line.closes();
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void whatAHostTookOfTheNodesTimeItHasTakenWhenItComesAgain() {
    engine.busy = true;
    Peer before = new Peer("203.0.113.1:1000");
    fixture.submits(before, TestChain.tx(0, 5));
    engine.processed(Duration.ofSeconds(3));
    before.budget().close();
    engine.loop.run(() -> fixture.nodeRelay.left(before));

    Peer again = new Peer("203.0.113.1:1001");
    fixture.submits(again, TestChain.tx(1, 5));
    fixture.submits(new Peer("203.0.113.2:1000"), TestChain.tx(2, 5));
    assertThat(engine.told).as("others need not wait").hasSize(2).endsWith(TestChain.tx(2, 5));
    engine.loop.advance(Duration.ofMillis(3_999));
    assertThat(engine.told).hasSize(2);
    engine.loop.advance(Duration.ofMillis(1));
    assertThat(engine.told).hasSize(3).endsWith(TestChain.tx(1, 5));
    assertThat(engine.count(Counter.BUDGET_DELAYED_SUBMITTED_TIME)).isEqualTo(1);
  }

  @Test
  void twoAreInFlightOfAHostHoweverManyConnectionsItHas() {
    engine.busy = true;
    for (int i = 0; i < 50; i++) {
      Peer one = new Peer("203.0.113.1:" + (1_000 + i));
      fixture.submits(one, TestChain.tx(2 * i, 5));
      fixture.submits(one, TestChain.tx(2 * i + 1, 5));
    }
    assertThat(engine.told).hasSize(SubmissionSender.MOST_IN_FLIGHT);
    fixture.submits(alice, TestChain.tx(200, 5));
    assertThat(engine.told).hasSize(3);
    for (int i = 0; i < 50; i++) {
      engine.processed();
    }
    assertThat(engine.told)
        .as("each of them had a turn")
        .contains(TestChain.tx(96, 5), TestChain.tx(98, 5))
        .doesNotContain(TestChain.tx(97, 5));
  }

  @Test
  void whoHandsInMoreBytesThanItsHostMayWaits() {
    engine.busy = true;
    Peer peer = new Peer("203.0.113.1:1000");
    fixture.submits(peer, TestChain.tx(0, 5));
    peer.budget().spend(Rate.SUBMITTED_BYTES, Rate.SUBMITTED_BYTES.burst());
    fixture.submits(peer, TestChain.tx(1, 5));
    assertThat(engine.told).hasSize(1);
    engine.loop.advance(Duration.ofSeconds(1));
    assertThat(engine.told).hasSize(2);
  }

  @Test
  void nobodyIsHeldBackByANodeThatIsNotThere() {
    engine.busy = true;
    for (int i = 0; i < 9; i++) {
      fixture.submits(alice, TestChain.tx(i, 5));
    }
    fixture.line.closes();
    assertThat(alice.processed).isEqualTo(9L * Client.cost(TestChain.tx(0, 5)));
    fixture.submits(alice, TestChain.tx(10, 5));
    assertThat(alice.processed).isEqualTo(10L * Client.cost(TestChain.tx(0, 5)));
  }

  @Test
  void whatIsDroppedHoldsNobodyBack() {
    engine.busy = true;
    fixture.submits(alice, Message.of(Commands.TX, TestChain.coinbase(1)));
    long refused = alice.processed;
    assertThat(refused).isPositive();
    for (int i = 0; i < 2_000; i++) {
      fixture.submits(alice, TestChain.tx(10_000 + i, 0));
    }
    assertThat(alice.processed).as("what was displaced").isGreaterThan(900L * 1_000);
  }

  @Test
  void aTransactionThatTwoSubmitIsGivenOnceAndNobodyWaitsForTheOthersTurn() {
    engine.busy = true;
    for (int i = 0; i < 9; i++) {
      fixture.submits(alice, TestChain.tx(i, 5));
    }
    fixture.submits(bob, TestChain.tx(8, 5));
    assertThat(engine.told).hasSize(3).endsWith(TestChain.tx(8, 5));
    while (!engine.underWay.isEmpty()) {
      engine.processed();
    }
    assertThat(engine.told).hasSize(9);
    assertThat(alice.processed).isEqualTo(9L * Client.cost(TestChain.tx(0, 5)));
  }

  @Test
  void whatIsRefusedBesideTheSharedConnectionIsOfferedAgainAndHoldsNothingBack() {
    engine.busy = true;
    for (int i = 0; i < 3; i++) {
      fixture.submits(alice, TestChain.tx(i, 5));
    }
    assertThat(engine.told).containsExactly(TestChain.tx(0, 5), TestChain.tx(1, 5));
    engine.refused();
    assertThat(engine.told).as("it is the next one's turn").endsWith(TestChain.tx(2, 5));
    engine.processed();
    engine.processed();
    engine.loop.advance(SubmissionSender.RETRY.minusMillis(1));
    assertThat(engine.told).hasSize(3);
    engine.loop.advance(Duration.ofMillis(1));
    assertThat(engine.told).hasSize(4).endsWith(TestChain.tx(0, 5));
    engine.refused();
    engine.loop.advance(SubmissionSender.RETRY.multipliedBy(2));
    assertThat(engine.told).hasSize(5).endsWith(TestChain.tx(0, 5));
    engine.refused();
    fixture.line.closes();
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  // ---- one parent and one child

  private final Message parent = TestChain.tx(Hash.of("%064x".formatted(77)), 0, 1_000, 1);
  private final Hash parentId = Transaction.parse(parent).txid();
  private final Message child = TestChain.tx(parentId, 0, 900, 1);

  private void nodeAsksForTheParent() {
    fixture.line.says(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_TX, parentId));
  }

  @Test
  void whoSubmittedAChildIsAskedForItsParent() {
    fixture.submits(bob, TestChain.tx(1, 5));
    fixture.submits(alice, child);
    assertThat(alice.asked).as("the node may know the parent").isEmpty();
    nodeAsksForTheParent();
    assertThat(fixture.line.sent).as("not denied").isEmpty();
    assertThat(bob.asked).isEmpty();
    assertThat(alice.takeAsked())
        .containsExactly(new InventoryVector(InventoryVector.WITNESS_TX, parentId));
    fixture.submits(alice, parent);
    assertThat(engine.told).endsWith(parent);
    nodeAsksForTheParent();
    assertThat(engine.told).endsWith(parent, parent);
  }

  @Test
  void theParentIsDeniedIfTheClientHasNotGotIt() {
    fixture.submits(alice, child);
    nodeAsksForTheParent();
    Message notfound = Inventory.of(Commands.NOTFOUND, InventoryVector.WITNESS_TX, parentId);
    engine.loop.run(() -> fixture.nodeRelay.refused(alice, notfound));
    assertThat(fixture.line.sent).containsExactly(notfound);
  }

  @Test
  void aParentThatIsAnnouncedBehindItsChildIsFetched() {
    fixture.submits(alice, child);
    fixture.announces(alice, InventoryVector.TX, parentId);
    assertThat(alice.takeAsked())
        .containsExactly(new InventoryVector(InventoryVector.WITNESS_TX, parentId));
  }

  @Test
  void aParentThatCameFirstIsServedOnceTheNodeAsksForIt() {
    fixture.submits(alice, parent);
    fixture.submits(alice, child);
    nodeAsksForTheParent();
    assertThat(engine.told).isEqualTo(List.of(parent, child, parent));
  }
}
