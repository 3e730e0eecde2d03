package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.grow;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.headers;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.last;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.relay.RelayFixture.Peer;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

/** Clients whose chain has more work than the node's: on another branch, or further on. */
class ClientsAheadTest {

  private final RelayFixture fixture = new RelayFixture();
  private final ScriptedEngineContext engine = fixture.engine;
  private final List<BlockHeader> known = fixture.knowing(12);
  private final Peer alice = new Peer("alice");
  private final Peer bob = new Peer("bob");

  /** Blocks on a parent, one on the other. */
  private static List<Message> blocks(BlockHeader parent, int count) {
    List<Message> blocks = new ArrayList<>();
    BlockHeader before = parent;
    for (int i = 0; i < count; i++) {
      Message block = TestChain.block(before.hash(), before.time() + 600, 77);
      blocks.add(block);
      before = BlockHeader.of(block);
    }
    return blocks;
  }

  private static Message headersOf(List<Message> blocks) {
    return headers(blocks.stream().map(BlockHeader::of).toList());
  }

  private static List<Hash> hashes(List<Message> blocks) {
    return blocks.stream().map(block -> BlockHeader.of(block).hash()).toList();
  }

  private void shows(Peer client, Message headers) {
    engine.loop.run(() -> fixture.nodeRelay.headers(client, headers));
  }

  private void submits(Peer client, Message block) {
    engine.loop.run(() -> fixture.nodeRelay.submittedBlock(client, block));
  }

  /** The client gives whatever it is asked for, until it is asked no more. */
  private void serves(Peer client, List<Message> blocks) {
    List<Hash> hashes = hashes(blocks);
    while (!client.asked.isEmpty()) {
      for (InventoryVector item : client.takeAsked()) {
        submits(client, blocks.get(hashes.indexOf(item.hash())));
      }
    }
  }

  private static BlockLocator takeGetHeaders(Peer client) {
    assertThat(client.asked).hasSize(1);
    Message asked = client.asked.remove(0);
    assertThat(asked.command()).isEqualTo(Commands.GETHEADERS);
    return BlockLocator.parse(asked);
  }

  private void nodeAsksFor(List<Message> blocks) {
    fixture.line.says(
        Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, hashes(blocks)));
  }

  @Test
  void theNodeIsShownTheHeadersOfABranchOnceThatHasAsMuchWorkAndIsGivenWhatItAsksFor() {
    List<Message> branch = blocks(known.get(9), 3);
    shows(alice, headersOf(branch));
    serves(alice, branch);
    assertThat(engine.told)
        .as("the first has less work, the second as much, the third more")
        .containsExactly(headersOf(branch.subList(0, 2)), branch.get(2));
    assertThat(engine.count(Counter.SUBMIT_BLOCK_BRANCH)).isEqualTo(1);
    assertThat(alice.processed).isEqualTo(branch.stream().mapToInt(Client::cost).sum());
    engine.told.clear();
    nodeAsksFor(branch.subList(0, 2));
    assertThat(engine.told).containsExactlyElementsOf(branch.subList(0, 2));
    fixture.line.says(headersOf(branch));
    assertThat(fixture.takeBlockNews()).containsExactlyElementsOf(hashes(branch));
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void aBranchThatIsHandedInBlockByBlockIsShownToo() {
    List<Message> branch = blocks(known.get(8), 4);
    branch.forEach(block -> submits(alice, block));
    assertThat(engine.told).containsExactly(headersOf(branch.subList(0, 3)), branch.get(3));
  }

  @Test
  void aBranchOfWhichTheFirstBlockIsForgottenIsNotShown() {
    List<Message> branch = blocks(known.get(8), 2);
    branch.forEach(block -> submits(alice, block));
    assertThat(engine.told).as("less work").isEmpty();
    BlockHeader tip = last(known);
    for (int i = 0; i < PendingBlocks.MOST - 1; i++) {
      submits(alice, TestChain.block(tip.hash(), tip.time() + 600, i));
    }
    engine.told.clear();
    engine.questions.clear();
    fixture.nodeAnnounces(InventoryVector.BLOCK, Hash.of("%064x".formatted(5)));
    fixture.tellsItsChain();
    assertThat(engine.told).isEmpty();
  }

  /** Core cannot do anything with headers on one that it does not know. */
  @Test
  void aNodeThatAsksForHeadersIsShownWhatTheyBuildOnToo() {
    List<Message> branch = blocks(known.get(9), 3);
    submits(alice, branch.get(0));
    shows(alice, headersOf(branch.subList(1, 2)));
    alice.asked.clear();
    nodeAsksForHeaders();
    takeGetHeaders(alice);
    shows(alice, headersOf(branch.subList(1, 3)));
    assertThat(engine.told).containsExactly(headersOf(branch));
    assertThat(fixture.line.sent).isEmpty();
  }

  @Test
  void aNodeThatAsksForHeadersIsNotShownThoseOnABlockThatOnlyTheLastNodeHad() {
    fixture.nodeIsReplacedBy(List.copyOf(known.subList(0, 8)));
    List<Message> two = blocks(last(known), 2);
    fixture.announces(alice, InventoryVector.BLOCK, hashes(two).get(1));
    alice.asked.clear();
    nodeAsksForHeaders();
    takeGetHeaders(alice);
    shows(alice, headersOf(two));
    assertThat(fixture.line.sent).as("it may have it nevertheless").isEmpty();
    fixture.absent(engine.take());
    assertThat(fixture.line.sent).containsExactly(headers(List.of()));
    assertThat(engine.told).isEmpty();
  }

  private void nodeAsksForHeaders() {
    fixture.line.says(RelayFixture.getheaders(List.of(Hash.ZERO), Hash.ZERO));
  }

  @Test
  void aBranchOfLessWorkIsNotFetched() {
    shows(alice, headersOf(blocks(known.get(8), 2)));
    assertThat(alice.asked).isEmpty();
    assertThat(engine.count(Counter.SUBMIT_BLOCK_LESS_WORK)).isEqualTo(1);
    List<Message> all = blocks(known.get(8), 4);
    shows(alice, headersOf(all.subList(2, 4)));
    assertThat(takeGetHeaders(alice).hash(0)).isEqualTo(last(known).hash());
    shows(alice, headersOf(all));
    assertThat(alice.takeAsked()).hasSize(2);
  }

  @Test
  void aClientThatIsFiveAheadAndAnnouncesTheLastIsAskedForTheOthers() {
    List<Message> five = blocks(last(known), 5);
    shows(alice, headersOf(five.subList(4, 5)));
    assertThat(takeGetHeaders(alice).hash(0)).isEqualTo(last(known).hash());
    shows(alice, headersOf(five));
    serves(alice, five);
    assertThat(engine.told).containsExactlyElementsOf(five);
  }

  @Test
  void soIsOneThatAnnouncesTheLastByItsHash() {
    List<Message> five = blocks(last(known), 5);
    fixture.announces(alice, InventoryVector.BLOCK, hashes(five).get(4));
    assertThat(alice.takeAsked()).hasSize(1);
    submits(alice, five.get(4));
    takeGetHeaders(alice);
    shows(alice, headersOf(five));
    serves(alice, five);
    engine.loop.advance(Duration.ofSeconds(1));
    assertThat(engine.told).containsExactlyElementsOf(five);
    engine.loop.advance(OrphanBlocks.PATIENCE);
    assertThat(engine.told).hasSize(5);
  }

  @Test
  void twelveHeadersAreFollowed() {
    List<Message> twelve = blocks(last(known), 12);
    shows(alice, headersOf(twelve));
    serves(alice, twelve);
    assertThat(engine.told).containsExactlyElementsOf(twelve);
  }

  @Test
  void whoHasMoreIsAskedOnWhenTheNodeHasWhatItGave() {
    List<Message> many = blocks(last(known), 40);
    shows(alice, headersOf(many));
    serves(alice, many);
    assertThat(engine.told).containsExactlyElementsOf(many.subList(0, 16));
    fixture.line.says(headersOf(many.subList(0, 15)));
    assertThat(alice.asked).isEmpty();
    fixture.line.says(headersOf(many.subList(0, 16)));
    assertThat(takeGetHeaders(alice).hash(0)).isEqualTo(hashes(many).get(15));
    shows(alice, headersOf(many.subList(16, 40)));
    serves(alice, many);
    assertThat(engine.told).containsExactlyElementsOf(many.subList(0, 32));
  }

  @Test
  void whoShowsNothingOfUseIsNotAskedAgainForAWhile() {
    List<BlockHeader> elsewhere = grow(Hash.of("%064x".formatted(5)), 3, 3);
    shows(alice, headers(elsewhere));
    takeGetHeaders(alice);
    shows(alice, headers(elsewhere));
    shows(alice, headers(known));
    shows(alice, headers(List.of()));
    submits(alice, TestChain.block(last(elsewhere)));
    assertThat(alice.asked).isEmpty();
    shows(bob, headers(elsewhere));
    takeGetHeaders(bob);
    engine.loop.advance(HeaderRequests.PATIENCE);
    shows(alice, headers(elsewhere));
    takeGetHeaders(alice);
    assertThat(engine.count(Counter.ASK_CLIENT_HEADERS)).isEqualTo(3);
    assertThat(engine.told).isEmpty();
  }

  @Test
  void whatOneDoesNotGiveIsFetchedOfTheNextWhoHasIt() {
    List<Message> branch = blocks(known.get(9), 3);
    shows(alice, headersOf(branch));
    shows(bob, headersOf(branch));
    assertThat(alice.takeAsked()).hasSize(2);
    assertThat(bob.asked).isEmpty();
    engine.loop.run(() -> fixture.nodeRelay.left(alice));
    serves(bob, branch);
    assertThat(engine.told).containsExactly(headersOf(branch.subList(0, 2)), branch.get(2));
  }

  @Test
  void theNextConnectionIsShownABranchThatTheLastMayHaveLost() {
    List<Message> branch = blocks(known.get(9), 3);
    branch.forEach(block -> submits(alice, block));
    engine.told.clear();
    engine.questions.clear();
    fixture.redial(RelayFixture.version(12, true));
    theNodeHasNoneOfThem();
    fixture.tellsItsChain();
    assertThat(engine.told)
        .as("where its chain ends is not known when the first is handed in")
        .containsExactly(branch.get(0), headersOf(branch.subList(0, 2)), branch.get(2));
  }

  @Test
  void aNodeOfLessWorkIsShownWhatTheLastHadNoUseFor() {
    List<Message> branch = blocks(known.get(9), 1);
    submits(alice, branch.get(0));
    assertThat(engine.told).isEmpty();
    engine.questions.clear();
    fixture.chain.remove(11);
    fixture.redial(RelayFixture.version(11, true));
    theNodeHasNoneOfThem();
    fixture.tellsItsChain();
    assertThat(engine.told).containsExactly(branch.get(0), headersOf(branch));
  }

  /** Answers whether it has kept blocks, and has what they build on. */
  private void theNodeHasNoneOfThem() {
    List<ScriptedEngineContext.Question> open;
    do {
      open = engine.questions.stream().filter(ClientsAheadTest::isOfOneHeader).toList();
      engine.questions.removeAll(open);
      for (ScriptedEngineContext.Question question : open) {
        if (BlockLocator.parse(question.request()).stop().equals(known.get(9).hash())) {
          fixture.answer(question, headers(known.get(9)));
        } else {
          fixture.absent(question);
        }
      }
    } while (!open.isEmpty());
  }

  private static boolean isOfOneHeader(ScriptedEngineContext.Question question) {
    return question.request().command().equals(Commands.GETHEADERS)
        && BlockLocator.parse(question.request()).size() == 0;
  }

  @Test
  void aBlockThatTheNodeAsksForBeforeItIsHereIsGivenWhenItComes() {
    List<Message> branch = blocks(known.get(9), 2);
    shows(alice, headersOf(branch));
    nodeAsksFor(branch.subList(0, 1));
    assertThat(engine.count(Counter.ASK_US_NOT_SERVED)).isEqualTo(1);
    submits(alice, branch.get(0));
    assertThat(engine.told).containsExactly(branch.get(0));
  }

  @Test
  void nothingOfThisWhereSubmittingIsSwitchedOff() {
    RelayFixture strict = new RelayFixture(RelayOptions.DEFAULT);
    List<BlockHeader> tip = strict.knowing(12);
    List<Message> five = blocks(last(tip), 5);
    for (Message shown : List.of(headersOf(five), headersOf(five.subList(4, 5)))) {
      strict.engine.loop.run(() -> strict.nodeRelay.headers(alice, shown));
    }
    strict.announces(alice, InventoryVector.BLOCK, hashes(five).get(4));
    strict.engine.loop.run(() -> strict.nodeRelay.submittedBlock(alice, five.get(4)));
    nodeAsksFor(five);
    assertThat(alice.asked).isEmpty();
    assertThat(strict.engine.told).isEmpty();
  }

  @Test
  void aBlockThatWasLookedAtBeforeItsParentWasHandedInIsNotLost() {
    List<Message> two = blocks(last(known), 2);
    two.forEach(block -> fixture.nodeRelay.submittedBlock(alice, block)); // on the client's thread
    assertThat(engine.told).isEmpty();
    engine.loop.run(() -> {});
    assertThat(engine.told).containsExactlyElementsOf(two);
    assertThat(alice.processed).isEqualTo(two.stream().mapToInt(Client::cost).sum());
  }

  @Test
  void aBlockThatWaitsForItsParentIsPaidForOnce() {
    List<Message> two = blocks(last(known), 2);
    submits(alice, two.get(1));
    submits(alice, two.get(0));
    engine.loop.advance(Duration.ofSeconds(1));
    assertThat(engine.told).containsExactlyElementsOf(two);
    assertThat(alice.processed).isEqualTo(two.stream().mapToInt(Client::cost).sum());
  }

  @Test
  void whoHasLeftIsAskedNothing() {
    List<Message> two = blocks(last(known), 2);
    shows(alice, headersOf(two.subList(1, 2)));
    takeGetHeaders(alice);
    engine.loop.run(() -> fixture.nodeRelay.left(alice));
    submits(bob, two.get(0));
    engine.loop.advance(OrphanBlocks.PATIENCE);
    assertThat(alice.asked).isEmpty();
    assertThat(engine.loop.pendingTimers()).isZero();
  }

  @Test
  void aBlockOnOneThatWasHandedInCanBeJudged() {
    Message block = blocks(last(known), 1).get(0);
    Hash hash = BlockHeader.of(block).hash();
    assertThat(fixture.nodeRelay.isBuiltOn(hash)).isFalse();
    submits(alice, block);
    assertThat(fixture.nodeRelay.isBuiltOn(hash)).isTrue();
  }
}
