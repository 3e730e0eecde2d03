package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.block;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.grow;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.headers;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.last;

import java.time.Duration;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.budget.Rate;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

class BlockSubmissionsTest {

  private final RelayFixture fixture = new RelayFixture();
  private final ScriptedEngineContext engine = fixture.engine;
  private final List<BlockHeader> known = fixture.knowing(12);
  private final Message block = block(last(known));
  private final BlockHeader header = BlockHeader.of(block);
  private final Peer alice = new Peer("alice");
  private final Peer bob = new Peer("bob");

  @Test
  void handsInACheckedBlockAndTellsEverybodyWhenTheNodeHasIt() {
    submits(alice, block);

    assertThat(engine.told).containsExactly(block);
    assertThat(engine.news).isEmpty();
    ScriptedEngineContext.Question question = engine.take();
    BlockLocator asked = BlockLocator.parse(question.request());
    assertThat(asked.hash(0)).isEqualTo(last(known).hash());
    assertThat(asked.stop()).isEqualTo(header.hash());
    fixture.answer(question, headers(header));

    assertThat(fixture.takeBlockNews()).containsExactly(header.hash());
    assertThat(engine.count(Counter.SUBMIT_BLOCK_TAKEN)).isEqualTo(1);
  }

  @Test
  void announcesABlockToANodeThatTakesOnlyWhatItAskedFor() {
    fixture.reconnect(RelayFixture.version(900_000, true, "/bcoin:v1.0.2/"));
    engine.questions.clear();
    submits(alice, block);
    assertThat(engine.told)
        .containsExactly(Inventory.of(Commands.INV, InventoryVector.BLOCK, header.hash()));

    fixture.line.says(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, header.hash()));
    assertThat(engine.told).endsWith(block);
    fixture.answer(engine.take(), headers(header));
    assertThat(fixture.takeBlockNews()).containsExactly(header.hash());
  }

  @Test
  void tellsNobodyOfABlockThatTheNodeDidNotTake() {
    submits(alice, block);
    fixture.answer(headers(List.of()));
    assertThat(engine.news).isEmpty();
    assertThat(engine.count(Counter.SUBMIT_BLOCK_NOT_TAKEN)).isEqualTo(1);
  }

  @Test
  void chargesTheHostOfWhoHandsInBlocksAndLetsItWait() {
    engine.busy = true;
    Peer carol = new Peer("203.0.113.1:1000");
    Message next = block(header);
    submits(carol, block);
    engine.processed(Duration.ofSeconds(3));
    assertThat(carol.budget().delay(Rate.SUBMITTED_TIME)).isPositive();
    long dealtWith = carol.processed;
    submits(carol, next);
    assertThat(engine.told).as("it has used the node's time").containsExactly(block);
    assertThat(carol.processed).as("and is read from no more").isEqualTo(dealtWith);
    engine.loop.advance(Duration.ofSeconds(4));
    assertThat(engine.told).containsExactly(block, next);

    Peer dave = new Peer("203.0.113.2:1000");
    Message other = block(last(known).hash(), last(known).time() + 700, 2);
    dave.meets(engine);
    dave.budget().spend(Rate.SUBMITTED_BYTES, Rate.SUBMITTED_BYTES.burst() + 1);
    submits(dave, other);
    assertThat(engine.told).doesNotContain(other);
    engine.loop.advance(Duration.ofSeconds(1));
    assertThat(engine.told).contains(other);
  }

  @Test
  void handsInABlockOnce() {
    submits(alice, block);
    submits(bob, block);
    assertThat(engine.told).hasSize(1);
    fixture.answer(headers(header));
    submits(bob, block);
    assertThat(engine.told).hasSize(1);
    assertThat(engine.count(Counter.SUBMIT_BLOCK_KNOWN)).isEqualTo(2);
  }

  @Test
  void handsInABlockOnOneThatWasJustHandedIn() {
    Message next = block(header);
    submits(alice, block);
    submits(alice, next);
    assertThat(engine.told).containsExactly(block, next);
  }

  /** What may have ended a connection goes over another, and may arrive later than what follows. */
  @Test
  void handsABlockInWhenTheNodeHasDealtWithItsParent() {
    engine.busy = true;
    submits(alice, block);
    submits(alice, block(header));
    assertThat(engine.told).containsExactly(block);
    engine.processed();
    assertThat(engine.told).containsExactly(block, block(header));
  }

  /** Takes the question whether the node has a header, among whatever else is asked. */
  private ScriptedEngineContext.Question takeQuestionFor(Hash asked) {
    for (ScriptedEngineContext.Question question : engine.questions) {
      if (question.request().command().equals(Commands.GETHEADERS)) {
        BlockLocator locator = BlockLocator.parse(question.request());
        if (locator.size() == 0 && locator.stop().equals(asked)) {
          engine.questions.remove(question);
          return question;
        }
      }
    }
    throw new AssertionError("nobody asked for " + asked);
  }

  @Test
  void handsInAgainWhatTheLastConnectionMayHaveLostIfThisNodeHasItsParent() {
    engine.busy = true;
    Message next = block(header);
    submits(alice, block);
    submits(alice, next);
    engine.processed();
    engine.underWay.clear();
    fixture.line.closes();
    engine.told.clear();
    fixture.redial(RelayFixture.version(RelayFixture.LONG, true));
    assertThat(engine.told).as("it may be another node").isEmpty();
    fixture.absent(takeQuestionFor(header.hash()));
    assertThat(engine.told).as("nor is its parent known").isEmpty();
    fixture.answer(takeQuestionFor(last(known).hash()), headers(last(known)));
    fixture.absent(takeQuestionFor(BlockHeader.of(next).hash()));
    engine.processed();
    assertThat(engine.told).containsExactly(block, next);
    assertThat(engine.count(Counter.SUBMIT_BLOCK)).isEqualTo(4);
  }

  @Test
  void handsNothingInThatTheNodeHas() {
    submits(alice, block);
    engine.told.clear();
    fixture.redial(RelayFixture.version(RelayFixture.LONG, true));
    fixture.answer(takeQuestionFor(header.hash()), headers(header));
    assertThat(engine.told).isEmpty();
    Message next = block(header);
    submits(alice, next);
    assertThat(engine.told).containsExactly(next);
  }

  @Test
  void handsNothingInToANodeThatHasNotGotItsParent() {
    submits(alice, block);
    engine.told.clear();
    fixture.redial(RelayFixture.version(RelayFixture.LONG, true));
    fixture.absent(takeQuestionFor(header.hash()));
    fixture.absent(takeQuestionFor(last(known).hash()));
    assertThat(engine.told).isEmpty();
    submits(alice, block(header));
    assertThat(engine.told).as("nor what builds on it").isEmpty();
  }

  @Test
  void handsInABlockOnOneThatOnlyTheLastNodeHadOnceThisOneHasItToo() {
    List<BlockHeader> few = known.subList(0, 8);
    fixture.nodeIsReplacedBy(few);
    submits(alice, block);
    assertThat(engine.told).as("the node would leave whoever gives it this").isEmpty();
    fixture.absent(takeQuestionFor(last(known).hash()));
    submits(alice, block(header));
    assertThat(engine.told).as("nor what builds on it").isEmpty();
    assertThat(alice.processed).as("it is read on").isPositive();
    fixture.line.says(headers(known.subList(8, 12)));
    assertThat(engine.told).containsExactly(block);
  }

  @Test
  void handsInAgainWhatTheNodeDidNotTakeWhenItComesAgain() {
    submits(alice, block);
    fixture.answer(headers(List.of()));
    submits(alice, block);
    assertThat(engine.told).hasSize(1);
    engine.loop.advance(PendingBlock.PATIENCE);
    submits(alice, block);
    assertThat(engine.told).as("its time may have come").containsExactly(block, block);
  }

  @Test
  void waitsForAParentThatComesAMomentLater() {
    List<BlockHeader> three = grow(last(known), 3, 3);
    engine.loop.run(() -> fixture.nodeRelay.headers(alice, headers(three.get(1), three.get(2))));
    Message child = block(three.get(0));
    submits(bob, child);
    assertThat(alice.asked)
        .as("is asked what it builds on")
        .extracting(Message::command)
        .containsExactly(Commands.GETHEADERS);
    alice.asked.clear();
    assertThat(engine.told).isEmpty();
    assertThat(bob.processed).as("it is read on").isPositive();
    fixture.line.says(headers(three.get(0)));
    engine.loop.advance(Duration.ofSeconds(1));
    assertThat(alice.takeAsked())
        .extracting(InventoryVector::hash)
        .containsExactly(three.get(1).hash(), three.get(2).hash());
    assertThat(engine.told).containsExactly(child);
  }

  @Test
  void waitsNotLongForAParentNorForMuch() {
    Hash unknown = Hash.of("%064x".formatted(5));
    for (int i = 0; i < 20; i++) {
      submits(alice, block(unknown, last(known).time() + 1, i));
    }
    engine.loop.advance(OrphanBlocks.PATIENCE.plusSeconds(1));
    assertThat(engine.told).isEmpty();
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void handsInTheFirstBlocksOfANewChain() {
    RelayFixture empty = new RelayFixture();
    empty.line.greets(0, true);
    Hash genesis = Network.REGTEST.genesis();
    Message first = block(genesis, 1_296_688_602L + 1, 1);
    empty.engine.loop.run(() -> empty.nodeRelay.submittedBlock(alice, first));
    assertThat(empty.engine.told).containsExactly(first);
    BlockHeader one = BlockHeader.of(first);
    Message second = block(one.hash(), one.time(), 1); // later than the median of two
    empty.engine.loop.run(() -> empty.nodeRelay.submittedBlock(alice, second));
    assertThat(empty.engine.told).containsExactly(first);
    Message third = block(one.hash(), one.time() + 1, 1);
    empty.engine.loop.run(() -> empty.nodeRelay.submittedBlock(alice, third));
    assertThat(empty.engine.told).containsExactly(first, third);
  }

  @Test
  void dropsWhatWouldCostTheConnection() {
    BlockHeader tip = last(known);
    byte[] forged = block.toByteArray();
    forged[forged.length - 5] ^= 1; // the script of the coinbase's output
    submits(alice, Message.of("block", forged));
    assertThat(engine.count(Counter.SUBMIT_BLOCK_INVALID)).isEqualTo(1);
    submits(alice, block(Hash.of("%064x".formatted(5)), tip.time() + 1, 1));
    assertThat(engine.count(Counter.SUBMIT_BLOCK_ORPHAN)).isEqualTo(1);
    submits(alice, block(tip.hash(), known.get(6).time(), 1));
    assertThat(engine.count(Counter.SUBMIT_BLOCK_INVALID)).as("too early").isEqualTo(2);
    submits(alice, Message.of("block", headers(unproven()).array(), 1, 80));
    assertThat(engine.count(Counter.SUBMIT_BLOCK_INVALID)).as("without work").isEqualTo(3);

    assertThat(engine.told).isEmpty();
    assertThat(engine.questions).isEmpty();
    submits(alice, block(tip.hash(), known.get(6).time() + 1, 1));
    assertThat(engine.told).as("later than the median of eleven").hasSize(1);
  }

  @Test
  void dropsEverythingWhereSubmittingIsSwitchedOff() {
    RelayFixture strict = new RelayFixture(RelayOptions.DEFAULT);
    BlockHeader tip = last(strict.knowing(12));
    Message submitted = block(tip);
    strict.engine.loop.run(() -> strict.nodeRelay.submittedBlock(alice, submitted));
    strict.announces(alice, InventoryVector.BLOCK, BlockHeader.of(submitted).hash());
    strict.engine.loop.run(
        () -> strict.nodeRelay.headers(alice, headers(BlockHeader.of(submitted))));
    assertThat(strict.engine.told).isEmpty();
    assertThat(alice.asked).isEmpty();
    assertThat(strict.engine.count(Counter.SUBMIT_BLOCK_DISABLED)).isEqualTo(3);
  }

  @Test
  void fetchesAnAnnouncedBlockOnceAndFromTheNextIfTheFirstLies() {
    fixture.announces(alice, InventoryVector.BLOCK, header.hash());
    fixture.announces(alice, InventoryVector.BLOCK, header.hash());
    fixture.announces(bob, InventoryVector.BLOCK, header.hash());
    InventoryVector item = new InventoryVector(InventoryVector.WITNESS_BLOCK, header.hash());
    assertThat(alice.takeAsked()).containsExactly(item);
    assertThat(bob.asked).isEmpty();

    byte[] forged = block.toByteArray();
    forged[forged.length - 5] ^= 1;
    submits(alice, Message.of("block", forged));
    assertThat(bob.takeAsked()).containsExactly(item);
    submits(bob, block);

    assertThat(engine.told).containsExactly(block);
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void isContentIfTheNodeHasItFirst() {
    fixture.announces(alice, InventoryVector.BLOCK, header.hash());
    fixture.line.says(headers(header));
    submits(alice, block);
    assertThat(engine.told).isEmpty();
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void fetchesABlockThatAHeaderAnnouncesIfItFits() {
    List<BlockHeader> two = grow(last(known), 2, 3);
    engine.loop.run(() -> fixture.nodeRelay.headers(alice, headers(two)));
    assertThat(alice.takeAsked())
        .extracting(InventoryVector::hash)
        .containsExactlyElementsOf(TestChain.hashes(two));

    engine.loop.run(() -> fixture.nodeRelay.headers(bob, headers(unproven())));
    engine.loop.run(() -> fixture.nodeRelay.headers(bob, headers(known)));
    assertThat(bob.asked).isEmpty();
    engine.loop.run(() -> fixture.nodeRelay.headers(bob, headers(grow(header, 1, 1))));
    assertThat(bob.asked)
        .as("its parent is unknown")
        .extracting(Message::command)
        .containsExactly(Commands.GETHEADERS);
  }

  @Test
  void doesNotFetchABlockThatIsKnown() {
    fixture.announces(alice, InventoryVector.BLOCK, known.get(3).hash());
    assertThat(alice.asked).isEmpty();
  }

  @Test
  void asksOneClientForTwoBlocksAtOnceAndNothingBeside() {
    List<BlockHeader> blocks = grow(last(known), 3, 3);
    fixture.announces(alice, InventoryVector.BLOCK, TestChain.hashes(blocks).toArray(Hash[]::new));
    fixture.announces(alice, InventoryVector.WTX, Hash.ZERO);
    assertThat(alice.takeAsked()).hasSize(2);
    Message notfound =
        Inventory.of(Commands.NOTFOUND, InventoryVector.WITNESS_BLOCK, blocks.get(0).hash());
    engine.loop.run(() -> fixture.nodeRelay.refused(alice, notfound));
    assertThat(alice.takeAsked())
        .extracting(InventoryVector::hash)
        .containsExactly(blocks.get(2).hash());
  }

  @Test
  void keepsWhatComesWhileThereIsNoNode() {
    fixture.line.closes();
    submits(alice, block);
    assertThat(engine.told).isEmpty();
    assertThat(alice.processed).isPositive();
    assertThat(engine.count(Counter.SUBMIT_BLOCK_DISCONNECTED)).isEqualTo(1);
    fixture.redial(RelayFixture.version(RelayFixture.LONG, true));
    fixture.absent(takeQuestionFor(header.hash()));
    fixture.answer(takeQuestionFor(last(known).hash()), headers(last(known)));
    assertThat(engine.told).containsExactly(block);
  }

  @Test
  void servesTheLastBlocksThatWereHandedIn() {
    BlockHeader tip = last(known);
    for (int i = 0; i <= PendingBlocks.MOST; i++) {
      submits(alice, block(tip.hash(), tip.time() + 600, i));
    }
    Message first = engine.told.get(0);
    Message last = engine.told.get(PendingBlocks.MOST);
    engine.told.clear();
    for (Message asked : List.of(first, last)) {
      fixture.line.says(
          Inventory.of(
              Commands.GETDATA, InventoryVector.WITNESS_BLOCK, BlockHeader.of(asked).hash()));
    }
    assertThat(engine.told).containsExactly(last);
  }

  private BlockHeader unproven() {
    BlockHeader tip = last(known);
    return TestChain.header(tip.hash(), 9, tip.time() + 600, TestChain.BITS, false);
  }

  private void submits(Peer client, Message submitted) {
    client.meets(engine);
    engine.loop.run(() -> fixture.nodeRelay.submittedBlock(client, submitted));
  }
}
