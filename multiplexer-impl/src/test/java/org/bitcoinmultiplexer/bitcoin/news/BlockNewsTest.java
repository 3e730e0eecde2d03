package org.bitcoinmultiplexer.bitcoin.news;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.news.NewsFixture.LONG;
import static org.bitcoinmultiplexer.bitcoin.news.NewsFixture.getheaders;
import static org.bitcoinmultiplexer.bitcoin.news.TestChain.grow;
import static org.bitcoinmultiplexer.bitcoin.news.TestChain.hashes;
import static org.bitcoinmultiplexer.bitcoin.news.TestChain.headers;
import static org.bitcoinmultiplexer.bitcoin.news.TestChain.last;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.Test;

class BlockNewsTest {

  private static final Hash SOMEWHERE = Hash.of("%064x".formatted(7));
  private static final Hash GENESIS = Network.REGTEST.genesis();

  private final NewsFixture fixture = new NewsFixture();
  private final ScriptedHub hub = fixture.hub;

  @Test
  void asksForTheHeaderOfTheFirstAnnouncedBlockByItsHash() {
    fixture.connected();
    BlockHeader block = grow(SOMEWHERE, 1, 0).get(0);

    fixture.nodeAnnounces(InventoryVector.BLOCK, block.hash());

    ScriptedHub.Question question = hub.take();
    BlockLocator asked = BlockLocator.parse(question.request());
    assertThat(asked.size()).isZero();
    assertThat(asked.stop()).isEqualTo(block.hash());
    fixture.answer(question, headers(block));
    assertThat(fixture.takeBlockNews()).containsExactly(block.hash());
    assertThat(fixture.newsroom.height()).isEqualTo(LONG + 1);
    assertThat(fixture.newsroom.tip().hash()).isEqualTo(block.hash());
    assertThat(hub.questions).isEmpty();
  }

  @Test
  void asksTheWayFromTheBestBlockToAnAnnouncedOne() {
    List<BlockHeader> known = fixture.knowing(30);
    List<BlockHeader> fresh = grow(last(known), 3, 0);

    fixture.nodeAnnounces(InventoryVector.BLOCK, last(fresh).hash());

    ScriptedHub.Question question = hub.take();
    BlockLocator asked = BlockLocator.parse(question.request());
    assertThat(asked.hash(0)).isEqualTo(last(known).hash());
    assertThat(asked.hash(1)).isEqualTo(known.get(28).hash());
    assertThat(asked.hash(asked.size() - 1)).isEqualTo(GENESIS);
    assertThat(asked.stop()).isEqualTo(Hash.ZERO);
    int height = fixture.newsroom.height();
    fixture.answer(question, headers(fresh));
    assertThat(hub.takeNews(BlockNews.class))
        .singleElement()
        .satisfies(
            news -> {
              assertThat(hashes(news.headers())).isEqualTo(hashes(fresh));
              assertThat(news.tip().hash()).isEqualTo(last(fresh).hash());
            });
    assertThat(fixture.newsroom.height()).isEqualTo(height + 3);
    assertThat(fixture.newsroom.header(fresh.get(1).hash()).hash()).isEqualTo(fresh.get(1).hash());
    assertThat(hub.questions).isEmpty();
  }

  @Test
  void tellsEverybodyOfABlockThatOnlyTheAnswerToOneClientShows() {
    List<BlockHeader> known = fixture.knowing(5);
    BlockHeader suppressed = grow(last(known), 1, 0).get(0);

    assertThat(fixture.line.says(headers(known.get(4), suppressed))).isFalse();

    assertThat(fixture.takeBlockNews()).containsExactly(suppressed.hash());
    fixture.nodeAnnounces(InventoryVector.BLOCK, suppressed.hash());
    assertThat(hub.questions).isEmpty();
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
  void takesTheEndOfAShortAnswerForTheBestBlockIfNoneIsKnown() {
    fixture.connected();
    List<BlockHeader> chain = grow(SOMEWHERE, 1999, 0);
    Message request = getheaders(List.of(SOMEWHERE), Hash.ZERO);

    fixture.line.says(headers(chain));
    assertThat(fixture.newsroom.tip()).isNull();
    hub.loop.run(() -> fixture.newsroom.observed(request, headers(chain)));

    assertThat(fixture.takeBlockNews()).containsExactly(last(chain).hash());
    assertThat(fixture.newsroom.height()).isEqualTo(LONG);
  }

  @Test
  void doesNotTakeAFullOrStoppedAnswerForTheEndOfTheChain() {
    fixture.connected();
    List<BlockHeader> full = grow(SOMEWHERE, 2000, 0);
    List<BlockHeader> stopped = full.subList(0, 10);

    hub.loop.run(
        () -> {
          fixture.newsroom.observed(getheaders(List.of(SOMEWHERE), Hash.ZERO), headers(full));
          fixture.newsroom.observed(
              getheaders(List.of(SOMEWHERE), last(stopped).hash()), headers(stopped));
          fixture.newsroom.observed(
              getheaders(List.of(), full.get(3).hash()), headers(full.get(3)));
          fixture.newsroom.observed(getheaders(List.of(SOMEWHERE), Hash.ZERO), headers(List.of()));
        });

    assertThat(fixture.newsroom.tip()).isNull();
    assertThat(hub.news).isEmpty();
  }

  @Test
  void takesAnAnswerThatEndsBeforeItsStopForTheEndOfTheChain() {
    fixture.connected();
    List<BlockHeader> chain = grow(SOMEWHERE, 3, 0);

    hub.loop.run(
        () ->
            fixture.newsroom.observed(
                getheaders(List.of(SOMEWHERE), Hash.of("%064x".formatted(9))), headers(chain)));

    assertThat(fixture.takeBlockNews()).containsExactly(last(chain).hash());
  }

  @Test
  void isNotMisledByAClientThatCatchesUp() {
    List<BlockHeader> known = fixture.knowing(20);
    List<BlockHeader> old = grow(GENESIS, 2000, 0);

    fixture.line.says(headers(old));
    fixture.line.says(headers(known.subList(3, 15)));
    fixture.line.says(TestChain.block(last(old)));

    assertThat(hub.news).isEmpty();
    assertThat(fixture.newsroom.tip().hash()).isEqualTo(last(known).hash());
    assertThat(fixture.newsroom.header(last(old).hash())).isNull();
  }

  @Test
  void tellsOfAReorganisationByTheNewBranch() {
    List<BlockHeader> known = fixture.knowing(20);
    List<BlockHeader> branch = grow(known.get(16), 4, 1);

    fixture.line.says(headers(branch.subList(0, 3)));
    assertThat(hub.news).as("equal work does not reorganise").isEmpty();
    int height = fixture.newsroom.height();
    fixture.line.says(headers(branch));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(branch));
    assertThat(fixture.newsroom.height()).isEqualTo(height + 1);
    assertThat(fixture.newsroom.header(last(known).hash())).isNotNull();
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
    assertThat(fixture.newsroom.tip().hash()).isEqualTo(last(branch).hash());
  }

  @Test
  void doesNotFallBackToAnAncestorThatALateAnswerEndsAt() {
    List<BlockHeader> known = fixture.knowing(5);
    List<BlockHeader> fresh = grow(last(known), 2, 0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, fresh.get(0).hash());
    ScriptedHub.Question slow = hub.take();
    fixture.line.says(headers(fresh));
    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(fresh));

    fixture.answer(slow, headers(fresh.get(0)));

    assertThat(hub.news).isEmpty();
    assertThat(fixture.newsroom.tip().hash()).isEqualTo(last(fresh).hash());
  }

  @Test
  void beginsAnewWhereTheAnswerDoesNotConnect() {
    fixture.knowing(5);
    List<BlockHeader> elsewhere = grow(GENESIS, 2000, 3);
    BlockHeader announced = grow(SOMEWHERE, 1, 4).get(0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, announced.hash());

    fixture.answer(headers(elsewhere));
    ScriptedHub.Question byHash = hub.take();
    assertThat(BlockLocator.parse(byHash.request()).stop()).isEqualTo(announced.hash());
    fixture.answer(byHash, headers(announced));

    assertThat(fixture.takeBlockNews()).containsExactly(announced.hash());
    assertThat(fixture.newsroom.tip().hash()).isEqualTo(announced.hash());
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

    assertThat(hub.news).isEmpty();
    assertThat(fixture.newsroom.tip().hash()).isEqualTo(tip.hash());
    assertThat(hub.count(Counter.NEWS_HEADERS_UNTRUE)).isEqualTo(3);
  }

  @Test
  void believesNoHeaderOfAnAnnouncedBlockThatLacksWorkOrIsAnother() {
    fixture.connected();
    BlockHeader unproven = TestChain.header(SOMEWHERE, 0, 1, TestChain.BITS, false);
    BlockHeader other = grow(SOMEWHERE, 1, 0).get(0);

    fixture.nodeAnnounces(InventoryVector.BLOCK, unproven.hash());
    fixture.answer(headers(unproven));
    fixture.nodeAnnounces(InventoryVector.BLOCK, Hash.of("%064x".formatted(1)));
    fixture.answer(headers(other));
    fixture.nodeAnnounces(InventoryVector.BLOCK, Hash.of("%064x".formatted(2)));
    fixture.absent(hub.take());

    assertThat(hub.news).isEmpty();
    assertThat(fixture.newsroom.tip()).isNull();
    assertThat(hub.count(Counter.NEWS_BLOCKS_UNPROVEN)).isEqualTo(2);
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
    assertThat(hub.news).isEmpty();
  }

  private int answerAllWithNothing() {
    int asked = 0;
    while (!hub.questions.isEmpty()) {
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
    assertThat(hub.questions).hasSize(1);

    fixture.answer(headers(fresh.get(0)));
    assertThat(hub.questions).hasSize(1);
    fixture.answer(headers(fresh.get(1), fresh.get(2)));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(fresh));
    assertThat(hub.questions).isEmpty();
  }

  @Test
  void followsALongWayToAnAnnouncedBlockInParts() {
    List<BlockHeader> known = fixture.knowing(5);
    List<BlockHeader> fresh = grow(last(known), 2001, 0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, last(fresh).hash());

    fixture.answer(headers(fresh.subList(0, 2000)));
    fixture.answer(headers(last(fresh)));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(fresh));
    assertThat(hub.count(Counter.NEWS_BLOCKS_UNPROVEN)).isZero();
    assertThat(hub.questions).isEmpty();
  }

  @Test
  void doesNotTellAgainOfABlockThatSomebodyElseFoundMeanwhile() {
    fixture.connected();
    List<BlockHeader> chain = grow(SOMEWHERE, 3, 0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, last(chain).hash());
    Message request = getheaders(List.of(SOMEWHERE), Hash.ZERO);
    hub.loop.run(() -> fixture.newsroom.observed(request, headers(chain)));
    assertThat(fixture.takeBlockNews()).containsExactly(last(chain).hash());

    fixture.answer(headers(last(chain)));

    assertThat(hub.news).isEmpty();
    assertThat(fixture.newsroom.header(chain.get(0).hash())).isNotNull();
  }

  @Test
  void asksForWhatWasMissedWhileThereWasNoConnection() {
    List<BlockHeader> known = fixture.knowing(5);
    List<BlockHeader> missed = grow(last(known), 2002, 0);
    int height = fixture.newsroom.height();

    fixture.reconnect(height + 2002);
    ScriptedHub.Question first = hub.take();
    assertThat(BlockLocator.parse(first.request()).hash(0)).isEqualTo(last(known).hash());
    fixture.answer(first, headers(missed.subList(0, 2000)));
    ScriptedHub.Question second = hub.take();
    assertThat(BlockLocator.parse(second.request()).hash(0)).isEqualTo(missed.get(1999).hash());
    fixture.answer(second, headers(missed.subList(2000, 2002)));

    assertThat(fixture.takeBlockNews()).isEqualTo(hashes(missed));
    assertThat(fixture.newsroom.height()).isEqualTo(height + 2002);
    assertThat(hub.questions).isEmpty();
  }

  @Test
  void correctsItsHeightByWhatTheNodeStatesOnTheNextConnection() {
    fixture.knowing(5);
    fixture.reconnect(LONG + 17);
    assertThat(fixture.newsroom.height()).isEqualTo(LONG + 17);

    fixture.answer(headers(List.of()));
    BlockHeader next = grow(fixture.newsroom.tip(), 1, 0).get(0);
    fixture.line.says(headers(next));

    assertThat(fixture.newsroom.height()).isEqualTo(LONG + 18);
  }

  @Test
  void learnsAShortChainWholeWithoutTellingAnybody() {
    fixture.line.greets(3, true);
    List<BlockHeader> chain = grow(GENESIS, 3, 0);

    ScriptedHub.Question question = hub.take();
    BlockLocator asked = BlockLocator.parse(question.request());
    assertThat(asked.size()).isEqualTo(1);
    assertThat(asked.hash(0)).isEqualTo(GENESIS);
    fixture.answer(question, headers(chain));

    assertThat(hub.takeNews(BlockNews.class)).isEmpty();
    assertThat(fixture.newsroom.height()).isEqualTo(3);
    assertThat(fixture.newsroom.tip().hash()).isEqualTo(last(chain).hash());
    List<BlockHeader> other = grow(GENESIS, 4, 1);
    fixture.line.says(headers(other));
    assertThat(fixture.takeBlockNews())
        .as("a reorganisation down to genesis")
        .isEqualTo(hashes(other));
    assertThat(fixture.newsroom.height()).isEqualTo(4);
  }

  @Test
  void tellsNobodyOfTheBestBlockThatAClientLearnsBeforeOurOwnAnswerHasBeenChecked() {
    fixture.line.greets(3, true);
    List<BlockHeader> chain = grow(GENESIS, 3, 0);
    BlockHeader next = grow(last(chain), 1, 0).get(0);
    ScriptedHub.Question own = hub.take();

    Message request = getheaders(List.of(chain.get(1).hash()), Hash.ZERO);
    hub.loop.run(() -> fixture.newsroom.observed(request, headers(List.of(chain.get(2), next))));
    assertThat(hub.takeNews(BlockNews.class)).isEmpty();
    fixture.answer(own, headers(chain));
    assertThat(hub.takeNews(BlockNews.class)).isEmpty();
    assertThat(fixture.newsroom.tip().hash()).isEqualTo(last(chain).hash());

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
    assertThat(fixture.newsroom.height()).isEqualTo(1);
  }

  @Test
  void asksAgainOnANewConnectionAboutHashesThatWereNotProvenOnTheOldOne() {
    List<BlockHeader> known = fixture.knowing(5);
    BlockHeader next = grow(last(known), 1, 0).get(0);
    fixture.nodeAnnounces(InventoryVector.BLOCK, next.hash());
    ScriptedHub.Question lost = hub.take();
    fixture.reconnect(LONG);
    assertThat(hub.questions).as("one question at a time").isEmpty();
    fixture.absent(lost);
    fixture.answer(headers(List.of()));
    fixture.nodeAnnounces(InventoryVector.BLOCK, next.hash());

    fixture.answer(headers(next));

    assertThat(fixture.takeBlockNews()).containsExactly(next.hash());
  }
}
