package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.grow;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.hashes;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.headers;
import static org.bitcoinmultiplexer.bitcoin.relay.TestChain.last;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.node.TipNotification;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TipNotificationTest {

  private static final Hash SOMEWHERE = Hash.of("%064x".formatted(7));
  private static final Hash GENESIS = Network.REGTEST.genesis();

  private final RelayFixture fixture = new RelayFixture();
  private final ScriptedEngineContext engine = fixture.engine;

  @Test
  void asksTheWayFromTheBestBlockToAnAnnouncedOne() {
    List<BlockHeader> known = fixture.knowing(30);
    List<BlockHeader> fresh = grow(last(known), 3, 0);

    fixture.nodeAnnounces(InventoryVector.BLOCK, last(fresh).hash());

    ScriptedEngineContext.Question question = engine.take();
    BlockLocator asked = BlockLocator.parse(question.request());
    assertThat(asked.hash(0)).isEqualTo(last(known).hash());
    assertThat(asked.hash(1)).isEqualTo(known.get(28).hash());
    assertThat(asked.hash(asked.size() - 1)).isEqualTo(GENESIS);
    assertThat(asked.stop()).isEqualTo(Hash.ZERO);
    int height = fixture.nodeRelay.node().height();
    fixture.answer(question, headers(fresh));
    assertThat(engine.takeNews(TipNotification.class))
        .singleElement()
        .satisfies(
            news -> {
              assertThat(hashes(news.headers())).isEqualTo(hashes(fresh));
              assertThat(news.tip().hash()).isEqualTo(last(fresh).hash());
            });
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(height + 3);
    assertThat(fixture.nodeRelay.node().header(fresh.get(1).hash()).hash())
        .isEqualTo(fresh.get(1).hash());
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void tellsEverybodyOfABlockThatOnlyTheAnswerToOneClientShows() {
    List<BlockHeader> known = fixture.knowing(5);
    BlockHeader suppressed = grow(last(known), 1, 0).get(0);

    assertThat(fixture.line.says(headers(known.get(4), suppressed))).isFalse();

    assertThat(fixture.takeBlockNews()).containsExactly(suppressed.hash());
    fixture.nodeAnnounces(InventoryVector.BLOCK, suppressed.hash());
    assertThat(engine.questions).isEmpty();
    fixture.line.says(headers(suppressed));
    assertThat(fixture.takeBlockNews()).isEmpty();
  }

  @Test
  void tellsEverybodyOfABlockThatIsServedBeforeItIsAnnounced() {
    List<BlockHeader> known = fixture.knowing(5);
    Message block = TestChain.block(last(known));
    Hash hash = BlockHeader.of(block).hash();

    assertThat(fixture.line.says(block)).isFalse();
    assertThat(fixture.takeBlockNews()).containsExactly(hash);
    Message compact =
        Message.of("cmpctblock", TestChain.block(BlockHeader.of(block)).toByteArray());
    assertThat(fixture.line.says(compact)).isFalse();
    assertThat(fixture.takeBlockNews()).containsExactly(BlockHeader.of(compact).hash());
  }

  @Test
  void isNotMisledByAClientThatCatchesUp() {
    List<BlockHeader> known = fixture.knowing(2100);
    List<BlockHeader> old = known.subList(0, 2000);

    fixture.line.says(headers(old));
    fixture.line.says(headers(known.subList(3, 15)));

    assertThat(engine.news).isEmpty();
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(known).hash());
    assertThat(fixture.nodeRelay.node().header(old.get(3).hash())).isNull();
  }

  @Test
  void tellsOfAReorganisationByTheNewBranch() {
    List<BlockHeader> known = fixture.knowing(20);
    List<BlockHeader> branch = grow(known.get(16), 4, 1);

    fixture.line.says(headers(branch.subList(0, 3)));
    assertThat(engine.news).as("equal work does not reorganise").isEmpty();
    int height = fixture.nodeRelay.node().height();
    fixture.line.says(headers(branch));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(branch));
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(height + 1);
    assertThat(fixture.nodeRelay.node().header(last(known).hash())).isNotNull();
    List<BlockHeader> back = grow(last(known), 2, 0);
    fixture.line.says(headers(back));
    assertThat(fixture.takeBlockNews())
        .isEqualTo(
            hashes(List.of(known.get(17), known.get(18), known.get(19), back.get(0), back.get(1))));
  }

  @Test
  void believesTheNodeThatALighterBranchIsBest() {
    List<BlockHeader> known = fixture.knowing(20);
    List<BlockHeader> branch = grow(known.get(10), 2, 1); // after invalidateblock
    fixture.nodeAnnounces(InventoryVector.BLOCK, last(branch).hash());

    fixture.answer(headers(branch));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(branch));
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(branch).hash());
  }

  @Test
  void doesNotFallBackToAnAncestorThatALateAnswerEndsAt() {
    List<BlockHeader> known = fixture.knowing(5);
    List<BlockHeader> fresh = grow(last(known), 2, 0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, fresh.get(0).hash());
    ScriptedEngineContext.Question slow = engine.take();
    fixture.line.says(headers(fresh));
    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(fresh));

    fixture.answer(slow, headers(fresh.get(0)));

    assertThat(engine.news).isEmpty();
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(fresh).hash());
  }

  /** The node of the connection has got another chain behind our back. */
  @Test
  void beginsAnewWhereTheAnswerDoesNotConnect() {
    fixture.knowing(2100);
    List<BlockHeader> elsewhere = grow(GENESIS, 2200, 3);
    fixture.nodeAnnounces(InventoryVector.BLOCK, last(elsewhere).hash());

    fixture.answer(headers(elsewhere.subList(0, 2000)));
    ScriptedEngineContext.Question on = engine.take();
    assertThat(BlockLocator.parse(on.request()).hash(0)).isEqualTo(elsewhere.get(1999).hash());
    fixture.answer(on, headers(elsewhere.subList(2000, 2200)));

    assertThat(fixture.takeBlockNews()).containsExactly(last(elsewhere).hash());
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(elsewhere).hash());
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(2200);
  }

  @Test
  void publishesNothingWithoutProofOfWorkOrOutOfSequence() {
    List<BlockHeader> known = fixture.knowing(5);
    BlockHeader tip = last(known);
    BlockHeader unproven = TestChain.header(tip.hash(), 0, tip.time() + 1, TestChain.BITS, false);
    BlockHeader next = grow(tip, 1, 0).get(0);
    BlockHeader stranger = grow(SOMEWHERE, 1, 5).get(0);

    fixture.line.says(headers(unproven));
    fixture.line.says(headers(next, unproven));
    fixture.line.says(headers(next, stranger));
    Message block =
        Message.of("block", headers(unproven).array(), 1, 80); // its header is all that counts
    fixture.line.says(block);

    assertThat(engine.news).isEmpty();
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(tip.hash());
    assertThat(engine.count(Counter.NEWS_HEADERS_UNTRUE)).isEqualTo(3);
  }

  @Test
  void believesNoChainThatBreaksARule() {
    fixture.line.shakesHands(RelayFixture.version(2, true));
    BlockHeader first = grow(GENESIS, 1, 0).get(0);
    BlockHeader harder = TestChain.header(first.hash(), 0, first.time() + 1, 0x207f_fffe, true);
    fixture.answer(headers(first, harder));

    assertThat(fixture.nodeRelay.node().tip()).isNull();
    assertThat(engine.count(Counter.NEWS_HEADERS_UNTRUE)).isOne();

    engine.loop.advance(Duration.ofSeconds(10));
    fixture.answer(headers(first, grow(first, 1, 0).get(0)));
    BlockHeader tip = fixture.nodeRelay.node().tip();
    BlockHeader early = TestChain.header(tip.hash(), 1, first.time() - 1, TestChain.BITS, true);
    fixture.line.says(headers(early));
    assertThat(engine.count(Counter.NEWS_HEADERS_UNTRUE)).isEqualTo(2);
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(2);
  }

  @Test
  void believesNoAnnouncedBlockThatIsNotShown() {
    List<BlockHeader> known = fixture.knowing(5);

    fixture.nodeAnnounces(InventoryVector.BLOCK, Hash.of("%064x".formatted(1)));
    fixture.answer(headers(List.of()));
    fixture.nodeAnnounces(InventoryVector.BLOCK, Hash.of("%064x".formatted(2)));
    fixture.absent(engine.take());

    assertThat(engine.news).isEmpty();
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(known).hash());
    assertThat(engine.count(Counter.NEWS_BLOCKS_UNPROVEN)).isEqualTo(2);
  }

  @Test
  void aFloodOfUnprovenHashesCostsTwoQuestions() {
    fixture.knowing(5);
    List<Hash> lies = new ArrayList<>();
    for (int i = 0; i < 50_000; i++) {
      lies.add(Hash.of("%064x".formatted(i + 1000)));
    }

    fixture.nodeAnnounces(InventoryVector.BLOCK, lies.toArray(Hash[]::new));
    int asked = answerAllWithNothing();
    fixture.nodeAnnounces(InventoryVector.BLOCK, lies.get(49_999), lies.get(49_998));
    asked += answerAllWithNothing();

    assertThat(asked).isEqualTo(2);
    assertThat(engine.news).isEmpty();
  }

  private int answerAllWithNothing() {
    int asked = 0;
    while (!engine.questions.isEmpty()) {
      asked++;
      fixture.answer(headers(List.of()));
    }
    return asked;
  }

  @Test
  void whatIsAnnouncedDuringAQuestionIsSettledByOneMore() {
    List<BlockHeader> known = fixture.knowing(5);
    List<BlockHeader> fresh = grow(last(known), 3, 0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, fresh.get(0).hash());
    fixture.nodeAnnounces(InventoryVector.BLOCK, fresh.get(1).hash());
    fixture.nodeAnnounces(InventoryVector.BLOCK, fresh.get(2).hash());
    assertThat(engine.questions).hasSize(1);

    fixture.answer(headers(fresh.get(0)));
    assertThat(engine.questions).hasSize(1);
    fixture.answer(headers(fresh.get(1), fresh.get(2)));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(fresh));
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void followsALongWayToAnAnnouncedBlockInParts() {
    List<BlockHeader> known = fixture.knowing(5);
    List<BlockHeader> fresh = grow(last(known), 2001, 0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, last(fresh).hash());

    fixture.answer(headers(fresh.subList(0, 2000)));
    fixture.answer(headers(last(fresh)));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(fresh));
    assertThat(engine.count(Counter.NEWS_BLOCKS_UNPROVEN)).isZero();
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void asksForWhatWasMissedWhileThereWasNoConnection() {
    List<BlockHeader> known = fixture.knowing(5);
    List<BlockHeader> missed = grow(last(known), 2002, 0);
    int height = fixture.nodeRelay.node().height();

    fixture.redial(RelayFixture.version(height + 2002, true));
    ScriptedEngineContext.Question first = engine.take();
    assertThat(BlockLocator.parse(first.request()).hash(0))
        .as("from below, where no answer is empty")
        .isEqualTo(known.get(3).hash());
    List<BlockHeader> shown = new ArrayList<>(List.of(last(known)));
    shown.addAll(missed.subList(0, 1999));
    fixture.answer(first, headers(shown));
    ScriptedEngineContext.Question second = engine.take();
    assertThat(BlockLocator.parse(second.request()).hash(0)).isEqualTo(missed.get(1998).hash());
    fixture.answer(second, headers(missed.subList(1999, 2002)));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(missed));
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(height + 2002);
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void learnsAShortChainWholeWithoutTellingAnybody() {
    fixture.line.greets(3, true);
    List<BlockHeader> chain = grow(GENESIS, 3, 0);

    ScriptedEngineContext.Question question = engine.take();
    BlockLocator asked = BlockLocator.parse(question.request());
    assertThat(asked.size()).isEqualTo(1);
    assertThat(asked.hash(0)).isEqualTo(GENESIS);
    fixture.answer(question, headers(chain));

    assertThat(engine.takeNews(TipNotification.class)).isEmpty();
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(3);
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(chain).hash());
    List<BlockHeader> other = grow(GENESIS, 4, 1);
    fixture.line.says(headers(other));
    assertThat(fixture.takeBlockNews())
        .as("a reorganisation down to genesis")
        .isEqualTo(hashes(other));
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(4);
  }

  @Test
  void tellsNobodyOfTheBestBlockThatAClientLearnsBeforeOurOwnAnswerHasBeenChecked() {
    fixture.line.greets(3, true);
    List<BlockHeader> chain = grow(GENESIS, 3, 0);
    BlockHeader next = grow(last(chain), 1, 0).get(0);
    ScriptedEngineContext.Question own = engine.take();

    fixture.line.says(headers(List.of(chain.get(2), next)));
    assertThat(engine.takeNews(TipNotification.class)).isEmpty();
    fixture.answer(own, headers(chain));
    assertThat(engine.takeNews(TipNotification.class)).isEmpty();
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(chain).hash());

    fixture.answer(headers(next));
    assertThat(fixture.takeBlockNews())
        .as("what came between the two answers, and is not announced to who was shown it")
        .containsExactly(next.hash());
  }

  @Test
  void hearsOfTheFirstBlockAfterGenesis() {
    fixture.line.greets(0, true);
    fixture.answer(headers(List.of()));
    BlockHeader first = grow(GENESIS, 1, 0).get(0);

    fixture.nodeAnnounces(InventoryVector.BLOCK, first.hash());
    fixture.answer(headers(first));

    assertThat(fixture.takeBlockNews()).containsExactly(first.hash());
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(1);
  }

  @Test
  void asksAgainOnANewConnectionAboutHashesThatWereNotProvenOnTheOldOne() {
    List<BlockHeader> known = fixture.knowing(5);
    BlockHeader next = grow(last(known), 1, 0).get(0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, next.hash());
    ScriptedEngineContext.Question lost = engine.take();
    fixture.redial(RelayFixture.version(5, true));
    assertThat(engine.questions).as("one question at a time").isEmpty();
    fixture.absent(lost);
    fixture.answer(headers(last(known)));
    fixture.nodeAnnounces(InventoryVector.BLOCK, next.hash());

    fixture.answer(headers(next));

    assertThat(fixture.takeBlockNews()).containsExactly(next.hash());
  }

  // ---- another node, another chain

  @Test
  void aWipedNodeWithAnotherShorterChainIsFollowed() {
    fixture.knowing(3_300);
    List<BlockHeader> other = fixture.nodeIsReplacedBy(grow(GENESIS, 150, 1));

    assertThat(fixture.nodeRelay.node().height()).isEqualTo(150);
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(other).hash());
    assertThat(fixture.takeBlockNews()).containsExactly(last(other).hash());
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void aWipedNodeWithAnotherChainInTheWindowIsFollowed() {
    fixture.knowing(300);
    List<BlockHeader> other = fixture.nodeIsReplacedBy(grow(GENESIS, 150, 1));

    assertThat(fixture.nodeRelay.node().height()).isEqualTo(150);
    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(other));
  }

  @Test
  void aNodeWithAnotherLongerChainIsFollowedFromGenesis() {
    fixture.knowing(2_500);
    List<BlockHeader> other = fixture.nodeIsReplacedBy(grow(GENESIS, 4_100, 1));

    assertThat(fixture.nodeRelay.node().height()).isEqualTo(4_100);
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(other).hash());
    assertThat(fixture.takeBlockNews()).contains(last(other).hash());
  }

  @Test
  void aWipedNodeWithoutABlockIsFollowed() {
    fixture.knowing(300);
    fixture.nodeIsReplacedBy(List.of());

    assertThat(fixture.nodeRelay.node().height()).isZero();
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(GENESIS);
  }

  /** From far below and from near; where its best block is an entry of the locator, and not. */
  @ParameterizedTest
  @ValueSource(ints = {1, 500, 2_900, 3_291, 3_295, 3_299})
  void aNodeThatResyncsTheSameChainIsFollowedUpAgain(int height) {
    List<BlockHeader> whole = fixture.knowing(3_300);
    fixture.nodeIsReplacedBy(whole.subList(0, height));

    assertThat(fixture.nodeRelay.node().height()).isEqualTo(height);
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(whole.get(height - 1).hash());
    assertThat(fixture.takeBlockNews())
        .as("nothing, or its tip if that cannot be told from one of another chain")
        .isEqualTo(height > 2_000 ? List.of() : List.of(whole.get(height - 1).hash()));

    fixture.chain.addAll(whole.subList(height, 3_300));
    fixture.nodeAnnounces(InventoryVector.BLOCK, last(whole).hash());
    fixture.tellsItsChain();
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(3_300);
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(last(whole).hash());
  }

  /** It stated its height before, and an empty answer does not say which block it has. */
  @Test
  void aNodeThatLosesBlocksBetweenItsHandshakeAndItsAnswerIsFollowed() {
    List<BlockHeader> whole = fixture.knowing(300);
    fixture.chain.subList(220, 300).clear();
    fixture.redial(RelayFixture.version(300, true));
    fixture.tellsItsChain();

    assertThat(fixture.nodeRelay.node().height()).isEqualTo(220);
    assertThat(fixture.nodeRelay.node().tip().hash()).isEqualTo(whole.get(219).hash());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theHeightIsExactAfterReorganisationsAndSeveralBlocksAtOnce(int depth) {
    List<BlockHeader> known = fixture.knowing(2_900);
    List<BlockHeader> branch = grow(known.get(2_899 - depth), depth + 1, 1);
    fixture.chain.subList(2_900 - depth, 2_900).clear();
    fixture.chain.addAll(branch);
    fixture.nodeAnnounces(InventoryVector.BLOCK, last(branch).hash());
    fixture.tellsItsChain();
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(2_901);

    List<BlockHeader> three = grow(last(branch), 3, 0);
    fixture.chain.addAll(three);
    fixture.nodeAnnounces(InventoryVector.BLOCK, last(three).hash());
    fixture.tellsItsChain();
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(2_904);
  }

  // ---- not ready

  @Test
  void clientsAreToldWhenANodeThatImportsIsReady() {
    fixture.line.shakesHands(RelayFixture.version(5, true));
    fixture.chain.addAll(grow(GENESIS, 5, 0));
    fixture.absent(engine.take());
    assertThat(fixture.nodeRelay.node().state().isFollowed()).isFalse();
    engine.loop.advance(Duration.ofSeconds(9));
    assertThat(engine.questions).isEmpty();

    engine.loop.advance(Duration.ofSeconds(1));
    fixture.tellsItsChain();
    assertThat(fixture.takeBlockNews()).containsExactly(last(fixture.chain).hash());
    assertThat(fixture.nodeRelay.node().state().isFollowed()).isTrue();
  }

  @Test
  void clientsAreToldWhenANodeBelowItsMinimumWorkIsReady() {
    List<BlockHeader> known = fixture.knowing(40);
    fixture.redial(RelayFixture.version(40, true));
    while (!engine.questions.isEmpty()) {
      fixture.answer(headers(List.of()));
    }
    assertThat(fixture.nodeRelay.node().state().isFollowed()).isFalse();

    engine.loop.advance(Duration.ofSeconds(10));
    fixture.tellsItsChain();
    assertThat(fixture.takeBlockNews()).containsExactly(last(known).hash());
  }

  /** A Core node that catches up itself announces nothing. */
  @Test
  void aNodeWhoseBestBlockIsOldIsAskedForMore() {
    List<BlockHeader> old = new ArrayList<>();
    Hash parent = GENESIS;
    for (int i = 0; i < 5; i++) {
      old.add(TestChain.header(parent, 0, 1_600_000_000L + 600L * i, TestChain.BITS, true));
      parent = last(old).hash();
    }
    fixture.chain.addAll(old.subList(0, 2));
    fixture.line.greets(2, true);
    fixture.chain.addAll(old.subList(2, 5));

    engine.loop.advance(Duration.ofSeconds(10));
    fixture.tellsItsChain();
    assertThat(fixture.nodeRelay.node().height()).isEqualTo(5);
    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(old.subList(2, 5)));
  }
}
