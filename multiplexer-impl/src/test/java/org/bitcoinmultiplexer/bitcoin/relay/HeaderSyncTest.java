package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderChain;
import org.bitcoinmultiplexer.bitcoin.node.NodeState;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.metrics.Counter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The header chain grows to the node's best block, stays there, and is shown only then. */
class HeaderSyncTest {

  @TempDir private static Path folder;
  private static int files;

  private final Path file = folder.resolve(++files + ".headers");
  private HeaderChain node = new HeaderChain(Network.REGTEST);
  private Runnable close;
  private RelayFixture news = start();

  private RelayFixture start() {
    RelayFixture fixture = new RelayFixture();
    close = fixture.nodeRelay.keepHeaders(file, Runnable::run);
    fixture.engine.loop.runTasks();
    return fixture;
  }

  private RelayFixture restart() {
    close.run();
    return start();
  }

  /** Headers in the file, the genesis block's not counted. */
  private long kept() {
    try {
      return Files.size(file) / 80 - 1;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    close.run();
  }

  private List<BlockHeader> nodeMines(int count, int branch) {
    ChainView view = node.view();
    BlockHeader tip = view.header(view.tip());
    List<BlockHeader> headers =
        view.height() == 0
            ? TestChain.grow(tip.hash(), count, branch)
            : TestChain.grow(tip, count, branch);
    assertThat(node.add(Headers.parse(TestChain.headers(headers))).isConnected()).isTrue();
    return headers;
  }

  private void nodeMinesMany(int count) {
    for (int left = count; left > 0; left -= 2_000) {
      nodeMines(Math.min(left, 2_000), 0);
    }
  }

  private void connect() {
    news.line.greets(RelayFixture.version(node.view().height(), true));
  }

  /** The node answers what it is asked, until nothing is asked any more; how often it was asked. */
  private int nodeAnswersAll() {
    int asked = 0;
    while (!news.engine.questions.isEmpty()) {
      ScriptedEngineContext.Question question = news.engine.take();
      assertThat(question.request().command()).isEqualTo(Commands.GETHEADERS);
      BlockLocator locator = BlockLocator.parse(question.request());
      node.view()
          .headers(locator)
          .ifPresentOrElse(headers -> news.answer(question, headers), () -> news.absent(question));
      assertThat(asked++).as("questions").isLessThan(100);
    }
    return asked;
  }

  private void assertComplete() {
    ChainView view = news.nodeRelay.node().headerChain();
    assertThat(view).isNotNull();
    assertThat(view.tip()).isEqualTo(node.view().tip());
    assertThat(view.height()).isEqualTo(node.view().height());
  }

  /** All that it can tell from where the known chain leaves its own is two thousand known ones. */
  @Test
  void aNodeOnALongBranchOfLessWorkIsNotAskedWithoutEnd() {
    nodeMinesMany(2_500);
    connect();
    nodeAnswersAll();
    assertComplete();
    node = new HeaderChain(Network.REGTEST);
    nodeMines(2_000, 1);
    nodeMines(300, 1);
    news.reconnect(node.view().height());

    assertThat(nodeAnswersAll()).isLessThan(20);
    assertThat(news.nodeRelay.node().knownHeaders().contains(node.view().tip())).isTrue();
  }

  @Test
  void aLongChainIsLearntTwoThousandAtATime() {
    nodeMinesMany(5_000);
    connect();
    assertThat(news.nodeRelay.node().headerChain()).isNull();
    for (int i = 0; i < 2; i++) {
      ScriptedEngineContext.Question question = news.engine.take();
      Message full = node.view().headers(BlockLocator.parse(question.request())).orElseThrow();
      assertThat(Headers.parse(full).size()).isEqualTo(2_000);
      news.answer(question, full);
      assertThat(news.nodeRelay.node().headerChain()).as("while it is not complete").isNull();
    }
    nodeAnswersAll();

    assertComplete();
    assertThat(news.nodeRelay.node().height()).isEqualTo(5_000);
    assertThat(kept()).isEqualTo(5_000);
    assertThat(news.engine.count(Counter.NEWS_HEADERS)).isEqualTo(5_000);
  }

  @Test
  void theListenerHearsHowItGetsOnOnceASecondAndOfEachBlockAfterwards() {
    List<String> heard = new ArrayList<>();
    nodeMinesMany(11_000);
    news.engine.listener =
        new MultiplexerListener() {
          @Override
          public void onHeaders(long height, long target) {
            heard.add(height + "/" + target);
          }
        };
    connect();
    for (int i = 0; i < 5; i++) {
      news.engine.loop.advance(Duration.ofMillis(600));
      ScriptedEngineContext.Question question = news.engine.take();
      BlockLocator locator = BlockLocator.parse(question.request());
      news.answer(question, node.view().headers(locator).orElseThrow());
    }
    assertThat(heard).containsExactly("4000/11000", "8000/11000");
    nodeAnswersAll();
    assertThat(heard).hasSize(3).last().isEqualTo("11000/11000");

    BlockHeader block = nodeMines(1, 0).get(0);
    news.nodeAnnounces(InventoryVector.BLOCK, block.hash());
    nodeAnswersAll();
    assertThat(heard).hasSize(4).last().isEqualTo("11001/11001");
  }

  @Test
  void aChainOfWholeAnswersEndsWithAnEmptyOne() {
    nodeMinesMany(4_000);
    connect();
    nodeAnswersAll();
    assertComplete();
  }

  @Test
  void whatWasKeptIsNotAskedAgain() {
    nodeMinesMany(5_000);
    connect();
    nodeAnswersAll();
    nodeMines(3, 0);
    news = restart();
    connect();
    assertThat(nodeAnswersAll()).as("questions").isLessThanOrEqualTo(3);
    assertComplete();
    assertThat(kept()).isEqualTo(5_003);
  }

  @Test
  void theKeptChainIsShownOnlyOnceTheNodeWasHeard() {
    nodeMinesMany(3_000);
    connect();
    nodeAnswersAll();

    news = restart();
    assertThat(news.nodeRelay.node().headerChain()).isNull();
    connect();
    assertThat(news.nodeRelay.node().headerChain()).isNull();
    nodeAnswersAll();
    assertComplete();
  }

  @Test
  void whatDoesNotMakeSenseInWhatWasKeptIsAskedAgain() throws IOException {
    nodeMinesMany(6_000);
    connect();
    nodeAnswersAll();
    close.run();
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[10]), 2_100 * 80 + 10);
    }

    news = start();
    connect();
    nodeAnswersAll();
    assertComplete();
    assertThat(kept()).isEqualTo(6_000);
    news = restart();
    connect();
    assertThat(nodeAnswersAll()).as("questions").isLessThanOrEqualTo(3);
    assertComplete();
  }

  @Test
  void newBlocksAreInTheChainBeforeAnybodyHearsOfThem() {
    nodeMinesMany(100);
    connect();
    nodeAnswersAll();
    for (int i = 0; i < 10; i++) {
      BlockHeader block = nodeMines(1, 0).get(0);
      news.nodeAnnounces(InventoryVector.BLOCK, block.hash());
      nodeAnswersAll();
      assertThat(news.takeBlockNews()).contains(block.hash());
      assertComplete();
    }
    assertThat(kept()).isEqualTo(110);
  }

  @Test
  void aReorganisationIsFollowedAtOnce() {
    nodeMinesMany(100);
    connect();
    nodeAnswersAll();
    HeaderChain other = new HeaderChain(Network.REGTEST);
    for (int height = 1; height <= 80; height++) {
      BlockHeader header = node.view().header(node.view().hash(height));
      other.add(Headers.parse(TestChain.headers(header)));
    }
    Hash before = node.view().tip();
    node = other;
    List<BlockHeader> branch = nodeMines(21, 1);

    news.nodeAnnounces(InventoryVector.BLOCK, TestChain.last(branch).hash());
    assertThat(news.nodeRelay.node().headerChain()).as("while another block is announced").isNull();
    ChainView during = news.nodeRelay.node().knownHeaders();
    assertThat(during.tip()).isEqualTo(before);
    nodeAnswersAll();

    assertComplete();
    assertThat(news.nodeRelay.node().headerChain().isActive(before)).isFalse();
    assertThat(during.isActive(before)).as("in the view of before").isTrue();
    assertThat(kept()).isEqualTo(121);
  }

  @Test
  void aGapIsFilledBeforeTheChainIsShownAgain() {
    nodeMinesMany(100);
    connect();
    nodeAnswersAll();
    news.line.closes();
    assertThat(news.nodeRelay.node().headerChain()).as("without a node").isNull();
    assertThat(news.nodeRelay.node().knownHeaders().height()).isEqualTo(100);
    nodeMines(1_000, 0);
    news.line = news.new Line();
    connect();
    nodeAnswersAll();
    assertComplete();
  }

  @Test
  void headersThatDoNotFitAreNotBelieved() {
    connect();
    while (!news.engine.questions.isEmpty()) {
      // The last but one header has no proof of work.
      List<BlockHeader> lie = new ArrayList<>(TestChain.grow(Network.REGTEST.genesis(), 3, 0));
      lie.add(TestChain.header(lie.get(2).hash(), 0, lie.get(2).time() + 600, 0x1d00ffff, false));
      news.answer(news.engine.take(), TestChain.headers(lie));
    }
    assertThat(news.nodeRelay.node().headerChain()).isNull();
    assertThat(news.engine.count(Counter.NEWS_HEADERS_UNTRUE)).isBetween(1L, 10L);
    assertThat(news.line.failed)
        .singleElement()
        .asString()
        .startsWith("its headers do not fit the network: header 3 of hash ")
        .endsWith("no proof of work for bits 1d00ffff");
    assertThat(kept()).isLessThanOrEqualTo(3);
  }

  @Test
  void aNodeThatWillNotAnswerYetIsAskedAgain() {
    nodeMinesMany(2_500);
    connect();
    news.absent(news.engine.take());
    assertThat(news.engine.questions).isEmpty();
    news.engine.loop.advance(Duration.ofSeconds(9));
    assertThat(news.engine.questions).isEmpty();
    news.engine.loop.advance(Duration.ofSeconds(1));
    nodeAnswersAll();
    assertComplete();
  }

  @Test
  void aNodeThatIsGoneIsNotAskedAgain() {
    nodeMinesMany(2_500);
    connect();
    news.absent(news.engine.take());
    news.line.closes();
    news.engine.loop.advance(Duration.ofSeconds(20));
    assertThat(news.engine.questions).isEmpty();
  }

  @Test
  void theChainIsNotShownUntilAllThatWasAnnouncedIsKnown() {
    nodeMinesMany(100);
    connect();
    nodeAnswersAll();
    BlockHeader first = nodeMines(1, 0).get(0);
    news.nodeAnnounces(InventoryVector.BLOCK, first.hash());
    ScriptedEngineContext.Question question = news.engine.take();
    Message answer = node.view().headers(BlockLocator.parse(question.request())).orElseThrow();
    BlockHeader second = nodeMines(1, 0).get(0);
    news.nodeAnnounces(InventoryVector.BLOCK, second.hash());
    news.answer(question, answer);
    assertThat(news.takeBlockNews()).containsExactly(first.hash());
    assertThat(news.nodeRelay.node().headerChain()).as("the second is not known yet").isNull();
    nodeAnswersAll();
    assertComplete();
  }

  @Test
  void aBlockThatTheNodeAnnouncedAndDoesNotHaveChangesNothing() {
    nodeMinesMany(100);
    connect();
    nodeAnswersAll();
    news.nodeAnnounces(InventoryVector.BLOCK, Hash.of("%064x".formatted(77)));
    assertThat(news.nodeRelay.node().headerChain()).isNull();
    nodeAnswersAll();
    assertComplete();
    news.nodeAnnounces(InventoryVector.BLOCK, Hash.of("%064x".formatted(78)));
    while (!news.engine.questions.isEmpty()) {
      news.absent(news.engine.take());
    }
    assertThat(news.nodeRelay.node().headerChain()).as("as long as the node does not say").isNull();
  }

  @Test
  void aRestartInFrontOfANodeOnAnotherBranchFindsThatOne() {
    nodeMinesMany(3_000);
    connect();
    nodeAnswersAll();
    HeaderChain mine = node;
    node = new HeaderChain(Network.REGTEST);
    List<BlockHeader> trunk = new ArrayList<>();
    for (int height = 1; height <= 1_990; height++) {
      trunk.add(mine.view().header(mine.view().hash(height)));
    }
    node.add(Headers.parse(TestChain.headers(trunk)));
    nodeMines(20, 1); // which has less work than what was kept

    news = restart();
    connect();
    nodeAnswersAll();
    assertComplete();
    assertThat(news.nodeRelay.node().tip().hash()).isEqualTo(node.view().tip());
    assertThat(news.nodeRelay.node().height()).isEqualTo(2_010);

    nodeMines(1_100, 1);
    news.nodeAnnounces(InventoryVector.BLOCK, node.view().tip());
    nodeAnswersAll();
    assertComplete();
    assertThat(kept()).isEqualTo(3_000 + 1_120);
  }

  @Test
  void aWipedNodeWithAnotherShorterChainIsFollowed() {
    nodeMinesMany(3_300);
    connect();
    nodeAnswersAll();
    node = new HeaderChain(Network.REGTEST);
    nodeMines(150, 1);
    news.redial(RelayFixture.version(150, true));
    nodeAnswersAll();

    assertComplete();
    assertThat(news.nodeRelay.node().height()).isEqualTo(150);
    assertThat(news.nodeRelay.node().knownHeaders().tip()).isEqualTo(node.view().tip());
    nodeMines(1, 1);
    news.nodeAnnounces(InventoryVector.BLOCK, node.view().tip());
    nodeAnswersAll();
    assertComplete();

    news = restart();
    connect();
    assertThat(nodeAnswersAll()).as("questions").isLessThanOrEqualTo(3);
    assertComplete();
    assertThat(news.nodeRelay.node().height()).isEqualTo(151);
  }

  @Test
  void aNodeThatIsBehindIsNotBlamedForWhatOnlyTheLastOneHad() {
    nodeMinesMany(100);
    connect();
    nodeAnswersAll();
    ChainView whole = node.view();
    NodeState before = news.nodeRelay.node().state();
    node = new HeaderChain(Network.REGTEST);
    for (int height = 1; height <= 70; height++) {
      node.add(Headers.parse(TestChain.headers(whole.header(whole.hash(height)))));
    }
    news.redial(RelayFixture.version(70, true));
    missing(whole, 71, 100, news.nodeRelay.node().state());
    nodeAnswersAll();
    assertComplete();
    missing(whole, 71, 100, news.nodeRelay.node().state());
    missing(whole, 20, 50, before);
    assertThat(news.line.distrusted).isEmpty();

    missing(whole, 20, 50, news.nodeRelay.node().state());
    assertThat(news.line.distrusted).as("what it has shown itself").hasSize(1);
  }

  private void missing(ChainView chain, int first, int last, NodeState asked) {
    for (int height = first; height <= last; height++) {
      news.nodeRelay.missing(chain.hash(height), asked);
    }
    news.engine.loop.runTasks();
  }
}
