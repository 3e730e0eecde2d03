package org.bitcoinmultiplexer.bitcoin.news;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.news.TestChain.block;
import static org.bitcoinmultiplexer.bitcoin.news.TestChain.grow;
import static org.bitcoinmultiplexer.bitcoin.news.TestChain.headers;
import static org.bitcoinmultiplexer.bitcoin.news.TestChain.last;

import java.time.Duration;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.news.NewsFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

class BlockSubmissionsTest {

  private final NewsFixture fixture = new NewsFixture();
  private final ScriptedHub hub = fixture.hub;
  private final List<BlockHeader> known = fixture.knowing(12);
  private final Message block = block(last(known));
  private final BlockHeader header = BlockHeader.of(block);
  private final Peer alice = new Peer("alice");
  private final Peer bob = new Peer("bob");

  @Test
  void handsInACheckedBlockAndTellsEverybodyWhenTheNodeHasIt() {
    submits(alice, block);

    assertThat(hub.told).containsExactly(block);
    assertThat(hub.news).isEmpty();
    ScriptedHub.Question question = hub.take();
    BlockLocator asked = BlockLocator.parse(question.request());
    assertThat(asked.hash(0)).isEqualTo(last(known).hash());
    assertThat(asked.stop()).isEqualTo(header.hash());
    fixture.answer(question, headers(header));

    assertThat(fixture.takeBlockNews()).containsExactly(header.hash());
    assertThat(hub.count(Counter.SUBMIT_BLOCK_TAKEN)).isEqualTo(1);
  }

  @Test
  void announcesABlockToANodeThatTakesOnlyWhatItAskedFor() {
    fixture.reconnect(NewsFixture.version(900_000, true, "/bcoin:v1.0.2/"));
    hub.questions.clear();
    submits(alice, block);
    assertThat(hub.told)
        .containsExactly(Inventory.of(Commands.INV, InventoryVector.BLOCK, header.hash()));

    fixture.line.says(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, header.hash()));
    assertThat(hub.told).endsWith(block);
    fixture.answer(hub.take(), headers(header));
    assertThat(fixture.takeBlockNews()).containsExactly(header.hash());
  }

  @Test
  void tellsNobodyOfABlockThatTheNodeDidNotTake() {
    submits(alice, block);
    fixture.answer(headers(List.of()));
    assertThat(hub.news).isEmpty();
    assertThat(hub.count(Counter.SUBMIT_BLOCK_NOT_TAKEN)).isEqualTo(1);
  }

  @Test
  void handsInABlockOnce() {
    submits(alice, block);
    submits(bob, block);
    assertThat(hub.told).hasSize(1);
    fixture.answer(headers(header));
    submits(bob, block);
    assertThat(hub.told).hasSize(1);
    assertThat(hub.count(Counter.SUBMIT_BLOCK_KNOWN)).isEqualTo(2);
  }

  @Test
  void handsInABlockOnOneThatWasJustHandedIn() {
    Message next = block(header);
    submits(alice, block);
    submits(alice, next);
    assertThat(hub.told).containsExactly(block, next);
  }

  /** Takes the question whether the node has a header, among whatever else is asked. */
  private ScriptedHub.Question takeQuestionFor(Hash asked) {
    for (ScriptedHub.Question question : hub.questions) {
      if (question.request().command().equals(Commands.GETHEADERS)) {
        BlockLocator locator = BlockLocator.parse(question.request());
        if (locator.size() == 0 && locator.stop().equals(asked)) {
          hub.questions.remove(question);
          return question;
        }
      }
    }
    throw new AssertionError("nobody asked for " + asked);
  }

  @Test
  void handsInAgainWhatTheLastConnectionMayHaveLostIfThisNodeHasItsParent() {
    hub.busy = true;
    Message next = block(header);
    submits(alice, block);
    submits(alice, next);
    hub.underWay.clear();
    fixture.line.closes();
    hub.told.clear();
    fixture.redial(NewsFixture.version(NewsFixture.LONG, true));
    assertThat(hub.told).as("it may be another node").isEmpty();
    fixture.absent(takeQuestionFor(header.hash()));
    assertThat(hub.told).as("nor is its parent known").isEmpty();
    fixture.answer(takeQuestionFor(last(known).hash()), headers(last(known)));
    fixture.absent(takeQuestionFor(BlockHeader.of(next).hash()));
    assertThat(hub.told).containsExactly(block, next);
    assertThat(hub.count(Counter.SUBMIT_BLOCK)).isEqualTo(4);
  }

  @Test
  void handsNothingInThatTheNodeHas() {
    submits(alice, block);
    hub.told.clear();
    fixture.redial(NewsFixture.version(NewsFixture.LONG, true));
    fixture.answer(takeQuestionFor(header.hash()), headers(header));
    assertThat(hub.told).isEmpty();
    Message next = block(header);
    submits(alice, next);
    assertThat(hub.told).containsExactly(next);
  }

  @Test
  void handsNothingInToANodeThatHasNotGotItsParent() {
    submits(alice, block);
    hub.told.clear();
    fixture.redial(NewsFixture.version(NewsFixture.LONG, true));
    fixture.absent(takeQuestionFor(header.hash()));
    fixture.absent(takeQuestionFor(last(known).hash()));
    assertThat(hub.told).isEmpty();
    submits(alice, block(header));
    assertThat(hub.told).as("nor what builds on it").isEmpty();
  }

  @Test
  void handsInAgainWhatTheNodeDidNotTakeWhenItComesAgain() {
    submits(alice, block);
    fixture.answer(headers(List.of()));
    submits(alice, block);
    assertThat(hub.told).hasSize(1);
    hub.loop.advance(PendingBlocks.PATIENCE);
    submits(alice, block);
    assertThat(hub.told).as("its time may have come").containsExactly(block, block);
  }

  @Test
  void waitsForAParentThatComesAMomentLater() {
    List<BlockHeader> three = grow(last(known), 3, 3);
    hub.loop.run(() -> fixture.newsroom.headers(alice, headers(three.get(1), three.get(2))));
    Message child = block(three.get(0));
    submits(bob, child);
    assertThat(alice.asked)
        .as("is asked what it builds on")
        .extracting(Message::command)
        .containsExactly(Commands.GETHEADERS);
    alice.asked.clear();
    assertThat(hub.told).isEmpty();
    assertThat(bob.processed).as("it is read on").isPositive();
    fixture.line.says(headers(three.get(0)));
    hub.loop.advance(Duration.ofSeconds(1));
    assertThat(alice.takeAsked())
        .extracting(InventoryVector::hash)
        .containsExactly(three.get(1).hash(), three.get(2).hash());
    assertThat(hub.told).containsExactly(child);
  }

  @Test
  void waitsNotLongForAParentNorForMuch() {
    Hash unknown = Hash.of("%064x".formatted(5));
    for (int i = 0; i < 20; i++) {
      submits(alice, block(unknown, last(known).time() + 1, i));
    }
    hub.loop.advance(OrphanBlocks.PATIENCE.plusSeconds(1));
    assertThat(hub.told).isEmpty();
    assertThat(hub.loop.pendingTimers()).isZero();
  }

  @Test
  void handsInTheFirstBlocksOfANewChain() {
    NewsFixture empty = new NewsFixture();
    empty.line.greets(0, true);
    Hash genesis = Network.REGTEST.genesis();
    Message first = block(genesis, 1_296_688_602L + 1, 1);
    empty.hub.loop.run(() -> empty.newsroom.submittedBlock(alice, first));
    assertThat(empty.hub.told).containsExactly(first);
    BlockHeader one = BlockHeader.of(first);
    Message second = block(one.hash(), one.time(), 1); // later than the median of two
    empty.hub.loop.run(() -> empty.newsroom.submittedBlock(alice, second));
    assertThat(empty.hub.told).containsExactly(first);
    Message third = block(one.hash(), one.time() + 1, 1);
    empty.hub.loop.run(() -> empty.newsroom.submittedBlock(alice, third));
    assertThat(empty.hub.told).containsExactly(first, third);
  }

  @Test
  void dropsWhatWouldCostTheConnection() {
    BlockHeader tip = last(known);
    byte[] forged = block.toByteArray();
    forged[forged.length - 5] ^= 1; // the script of the coinbase's output
    submits(alice, Message.of("block", forged));
    assertThat(hub.count(Counter.SUBMIT_BLOCK_INVALID)).isEqualTo(1);
    submits(alice, block(Hash.of("%064x".formatted(5)), tip.time() + 1, 1));
    assertThat(hub.count(Counter.SUBMIT_BLOCK_ORPHAN)).isEqualTo(1);
    submits(alice, block(tip.hash(), known.get(6).time(), 1));
    assertThat(hub.count(Counter.SUBMIT_BLOCK_INVALID)).as("too early").isEqualTo(2);
    submits(alice, Message.of("block", headers(unproven()).array(), 1, 80));
    assertThat(hub.count(Counter.SUBMIT_BLOCK_INVALID)).as("without work").isEqualTo(3);

    assertThat(hub.told).isEmpty();
    assertThat(hub.questions).isEmpty();
    submits(alice, block(tip.hash(), known.get(6).time() + 1, 1));
    assertThat(hub.told).as("later than the median of eleven").hasSize(1);
  }

  @Test
  void dropsEverythingWhereSubmittingIsSwitchedOff() {
    NewsFixture strict = new NewsFixture(NewsOptions.DEFAULT);
    BlockHeader tip = last(strict.knowing(12));
    Message submitted = block(tip);
    strict.hub.loop.run(() -> strict.newsroom.submittedBlock(alice, submitted));
    strict.announces(alice, InventoryVector.BLOCK, BlockHeader.of(submitted).hash());
    strict.hub.loop.run(() -> strict.newsroom.headers(alice, headers(BlockHeader.of(submitted))));
    assertThat(strict.hub.told).isEmpty();
    assertThat(alice.asked).isEmpty();
    assertThat(strict.hub.count(Counter.SUBMIT_BLOCK_DISABLED)).isEqualTo(3);
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

    assertThat(hub.told).containsExactly(block);
    assertThat(hub.loop.pendingTimers()).isZero();
  }

  @Test
  void isContentIfTheNodeHasItFirst() {
    fixture.announces(alice, InventoryVector.BLOCK, header.hash());
    fixture.line.says(headers(header));
    submits(alice, block);
    assertThat(hub.told).isEmpty();
    assertThat(hub.loop.pendingTimers()).isZero();
  }

  @Test
  void fetchesABlockThatAHeaderAnnouncesIfItFits() {
    List<BlockHeader> two = grow(last(known), 2, 3);
    hub.loop.run(() -> fixture.newsroom.headers(alice, headers(two)));
    assertThat(alice.takeAsked())
        .extracting(InventoryVector::hash)
        .containsExactlyElementsOf(TestChain.hashes(two));

    hub.loop.run(() -> fixture.newsroom.headers(bob, headers(unproven())));
    hub.loop.run(() -> fixture.newsroom.headers(bob, headers(known)));
    assertThat(bob.asked).isEmpty();
    hub.loop.run(() -> fixture.newsroom.headers(bob, headers(grow(header, 1, 1))));
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
    hub.loop.run(() -> fixture.newsroom.refused(alice, notfound));
    assertThat(alice.takeAsked())
        .extracting(InventoryVector::hash)
        .containsExactly(blocks.get(2).hash());
  }

  @Test
  void keepsWhatComesWhileThereIsNoNode() {
    fixture.line.closes();
    submits(alice, block);
    assertThat(hub.told).isEmpty();
    assertThat(alice.processed).isPositive();
    assertThat(hub.count(Counter.SUBMIT_BLOCK_DISCONNECTED)).isEqualTo(1);
    fixture.redial(NewsFixture.version(NewsFixture.LONG, true));
    fixture.absent(takeQuestionFor(header.hash()));
    fixture.answer(takeQuestionFor(last(known).hash()), headers(last(known)));
    assertThat(hub.told).containsExactly(block);
  }

  @Test
  void servesTheLastBlocksThatWereHandedIn() {
    BlockHeader tip = last(known);
    for (int i = 0; i <= PendingBlocks.MOST; i++) {
      submits(alice, block(tip.hash(), tip.time() + 600, i));
    }
    Message first = hub.told.get(0);
    Message last = hub.told.get(PendingBlocks.MOST);
    hub.told.clear();
    for (Message asked : List.of(first, last)) {
      fixture.line.says(
          Inventory.of(
              Commands.GETDATA, InventoryVector.WITNESS_BLOCK, BlockHeader.of(asked).hash()));
    }
    assertThat(hub.told).containsExactly(last);
  }

  private BlockHeader unproven() {
    BlockHeader tip = last(known);
    return TestChain.header(tip.hash(), 9, tip.time() + 600, TestChain.BITS, false);
  }

  private void submits(Client client, Message submitted) {
    hub.loop.run(() -> fixture.newsroom.submittedBlock(client, submitted));
  }
}
