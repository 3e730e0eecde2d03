package org.bitcoinmultiplexer.bitcoin.news;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which transactions wait to be mined, as far as the newsroom knows. */
class MempoolTest {

  private static final Hash COINS = Hash.of("%064x".formatted(0xabc));

  private final NewsFixture fixture = new NewsFixture(new NewsOptions(true, true, 1 << 20, true));
  private final ScriptedHub hub = fixture.hub;
  private final List<BlockHeader> chain = knowing();
  private final Message parent = TestChain.tx(COINS, 0, 900, 7);
  private final Message child = TestChain.tx(txid(parent), 0, 800, 0);
  private final Message other = TestChain.tx(COINS, 1, 700, 0);

  private List<BlockHeader> knowing() {
    fixture.newsroom.followUnconfirmed();
    hub.loop.runTasks();
    return fixture.knowing(3);
  }

  @Test
  void looksThroughNothingBeforeSomebodyNeedsToKnowAndThenWhatHasBeenMissed() {
    NewsFixture idle = new NewsFixture(new NewsOptions(true, true, 1 << 20, true));
    List<BlockHeader> known = idle.knowing(3);
    idle.nodeAnnounces(InventoryVector.WTX, Transaction.parse(parent).wtxid());
    idle.answer(parent);
    BlockHeader next = TestChain.grow(TestChain.last(known), 1, 0).get(0);
    idle.line.says(TestChain.headers(next));
    assertThat(idle.hub.questions).isEmpty();

    idle.newsroom.followUnconfirmed();
    idle.hub.loop.runTasks();
    idle.answer(blockOf(next, parent));
    assertThat(idle.newsroom.unconfirmed()).isEmpty();
    assertThat(idle.hub.questions).isEmpty();
  }

  @Test
  void hasWhatTheNodeAcceptedInTheOrderInWhichItCame() {
    nodeHas(parent, other, child);

    assertThat(fixture.newsroom.unconfirmed()).containsExactly(parent, other, child);
    assertThat(fixture.newsroom.unconfirmedCount()).isEqualTo(3);
  }

  @Test
  void hasNothingThatAClientOnlySubmitted() {
    fixture.submits(new NewsFixture.Peer("alice"), parent);

    assertThat(fixture.newsroom.unconfirmed()).isEmpty();
  }

  @Test
  void losesWhatIsMinedAndKeepsWhatSpendsFromIt() {
    nodeHas(parent, child, other);
    mine(TestChain.last(chain), parent);

    assertThat(fixture.newsroom.unconfirmed()).containsExactly(child, other);
    assertThat(fixture.newsroom.transaction(txid(parent), false)).isEqualTo(parent);
  }

  @Test
  void losesWhatConflictsWithABlockAndAllThatSpendsFromIt() {
    Message grandchild = TestChain.tx(txid(child), 0, 100, 0);
    nodeHas(parent, child, other, grandchild);
    mine(TestChain.last(chain), TestChain.tx(COINS, 0, 123, 0));

    assertThat(fixture.newsroom.unconfirmed()).containsExactly(other);
  }

  @Test
  void losesWhatIsReplaced() {
    Message better = TestChain.tx(COINS, 0, 1, 0);
    nodeHas(parent, child, other, better);

    assertThat(fixture.newsroom.unconfirmed()).containsExactly(other, better);
  }

  @Test
  void looksThroughNothingWhenNothingWaits() {
    BlockHeader next = TestChain.grow(TestChain.last(chain), 1, 0).get(0);
    fixture.line.says(TestChain.headers(next));

    assertThat(fixture.takeBlockNews()).hasSize(1);
    assertThat(hub.questions).isEmpty();
  }

  @Test
  void looksThroughNothingWhereNobodyMayAsk() {
    NewsFixture without = new NewsFixture();
    List<BlockHeader> known = without.knowing(3);
    without.nodeAnnounces(InventoryVector.WTX, Transaction.parse(parent).wtxid());
    without.answer(parent);
    without.line.says(TestChain.headers(TestChain.grow(TestChain.last(known), 1, 0)));

    assertThat(without.hub.questions).isEmpty();
    assertThat(without.newsroom.unconfirmed()).isEmpty();
    assertThat(without.newsroom.transactions()).containsExactly(parent);
  }

  @Test
  void doesNotTakeInWhatTheLastBlocksHave() {
    nodeHas(other);
    mine(TestChain.last(chain), parent);
    nodeHas(parent, child);

    assertThat(fixture.newsroom.unconfirmed()).containsExactly(other, child);
  }

  @Test
  void takesInAgainWhatTheNodeAnnouncesOfADisconnectedBlock() {
    nodeHas(parent, other);
    mine(TestChain.last(chain), parent);
    List<BlockHeader> branch = TestChain.grow(TestChain.last(chain), 2, 1);
    fixture.line.says(TestChain.headers(branch));
    for (BlockHeader header : branch) {
      fixture.answer(hub.take(), blockOf(header));
    }
    assertThat(fixture.newsroom.unconfirmed()).containsExactly(other);

    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(parent).wtxid());
    assertThat(fixture.newsroom.unconfirmed()).containsExactly(other, parent);
  }

  @Test
  void knowsOfAnotherConnectionOnlyWhatItsNodeShows() {
    nodeHas(parent, other);
    BlockHeader next = TestChain.grow(TestChain.last(chain), 1, 0).get(0);
    fixture.line.says(TestChain.headers(next));
    hub.take();
    fixture.reconnect(3);
    assertThat(fixture.newsroom.unconfirmed()).isEmpty();
    assertThat(waiting(other)).isNull();

    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(other).wtxid());
    assertThat(hub.questions).as("its body is known").isEmpty();
    assertThat(fixture.newsroom.unconfirmed()).containsExactly(other);
    assertThat(waiting(other)).isEqualTo(other);
  }

  @Test
  void knowsNothingAfterMoreBlocksThanItLooksThrough() {
    nodeHas(parent);
    fixture.line.says(
        TestChain.headers(TestChain.grow(TestChain.last(chain), MinedTransactions.MOST + 1, 0)));

    assertThat(hub.questions).isEmpty();
    assertThat(fixture.newsroom.unconfirmed()).isEmpty();
  }

  @Test
  void looksThroughTheBlockWhileATransactionIsOnItsWay() {
    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(parent).wtxid());
    ScriptedHub.Question tx = hub.take();
    mine(TestChain.last(chain), parent);
    fixture.answer(tx, parent);

    assertThat(fixture.newsroom.unconfirmed()).isEmpty();
  }

  @Test
  void forgetsWhatThePoolForgets() {
    NewsFixture small = new NewsFixture(new NewsOptions(true, true, 1_000, true)).connected();
    for (Message tx : List.of(parent, other, TestChain.tx(COINS, 2, 1, 0))) {
      small.nodeAnnounces(InventoryVector.WTX, Transaction.parse(tx).wtxid());
      small.answer(tx);
    }

    assertThat(small.newsroom.unconfirmed())
        .hasSize(1)
        .containsExactlyElementsOf(small.newsroom.transactions());
  }

  // ---- what is served

  @Test
  void servesNeitherWhatIsReplacedNorWhatIsMined() {
    Message better = TestChain.tx(COINS, 0, 1, 0);
    nodeHas(parent, child, other, better);
    assertThat(waiting(parent)).as("replaced").isNull();
    assertThat(waiting(child)).as("which spends from that").isNull();
    assertThat(waiting(better)).isEqualTo(better);

    mine(TestChain.last(chain), better);
    assertThat(waiting(better)).as("mined").isNull();
    assertThat(waiting(other)).isEqualTo(other);
  }

  @Test
  void asksTheNodeForWhatABlockMayHaveThatNobodyLooksThrough() {
    NewsFixture idle = new NewsFixture();
    List<BlockHeader> known = idle.knowing(3);
    for (Message tx : List.of(parent, other)) {
      idle.nodeAnnounces(InventoryVector.WTX, Transaction.parse(tx).wtxid());
      idle.answer(tx);
    }
    Hash wtxid = Transaction.parse(other).wtxid();
    assertThat(idle.newsroom.waiting(wtxid, true)).isEqualTo(other);
    idle.line.says(TestChain.headers(TestChain.grow(TestChain.last(known), 1, 0)));
    assertThat(idle.newsroom.waiting(wtxid, true)).isNull();

    idle.line.says(other); // asked by a client
    assertThat(idle.newsroom.waiting(wtxid, true)).isEqualTo(other);
    assertThat(idle.newsroom.waiting(txid(parent), false)).isNull();
  }

  // ---- what is read

  @Test
  void readsTheMempoolOnEachConnectionOnWhichThatIsPermitted() {
    List<String> tried = new ArrayList<>();
    fixture.newsroom.readMempool(
        target -> {
          tried.add(target);
          return CompletableFuture.completedFuture(tried.size() < 3);
        });
    nodeHas(parent, other);
    for (int connection = 1; connection <= 3; connection++) {
      fixture.reconnect(3);
      assertThat(fixture.line.mempools).isEqualTo(connection < 3 ? 1 : 0);
    }
    assertThat(tried).containsExactly("node:18444", "node:18444", "node:18444");
  }

  @Test
  void readsTheMempoolOfANodeThatServesFiltersWithoutTrying() {
    fixture.newsroom.readMempool(
        target -> {
          throw new AssertionError("tried " + target);
        });
    fixture.reconnect(
        NewsFixture.version(
            3, true, "/Satoshi:31.0.0/", Version.NODE_WITNESS | Version.NODE_BLOOM));
    assertThat(fixture.line.mempools).isEqualTo(1);
  }

  @Test
  void tellsEverybodyOfWhatCameWhileThereWasNoConnection() {
    nodeHas(other);
    hub.news.clear();
    readingConnection();
    fixture.nodeAnnounces(
        InventoryVector.WTX, Transaction.parse(other).wtxid(), Transaction.parse(parent).wtxid());
    fixture.answer(parent);

    assertThat(fixture.newsroom.unconfirmed()).containsExactly(other, parent);
    assertThat(hub.takeNews(TransactionNews.class))
        .containsExactly(new TransactionNews(txid(parent), Transaction.parse(parent).wtxid()));
    assertThat(hub.questions).isEmpty();
  }

  @Test
  void asksForALargeMempoolAtItsPace() {
    readingConnection();
    Hash[] many = new Hash[600];
    for (int i = 0; i < many.length; i++) {
      many[i] = Hash.of("%064x".formatted(i + 1_000));
    }
    fixture.nodeAnnounces(InventoryVector.WTX, many);
    assertThat(hub.questions).hasSize(MempoolReader.AT_ONCE);
    hub.loop.advance(Duration.ofMillis(250));
    assertThat(hub.questions).hasSize(2 * MempoolReader.AT_ONCE);
    hub.loop.advance(Duration.ofMillis(250));
    assertThat(hub.questions).hasSize(600);
    fixture.line.closes();
    hub.loop.advance(Duration.ofMillis(250));
    assertThat(hub.questions).hasSize(600);
  }

  @Test
  void readsNoMoreThanHalfOfWhatIsKept() {
    NewsFixture small = new NewsFixture(new NewsOptions(true, true, 2_000, true));
    small.newsroom.readMempool(target -> CompletableFuture.completedFuture(true));
    small.connected();
    for (int i = 0; i < 20; i++) {
      Message tx = TestChain.tx(COINS, i, 500, 0);
      small.nodeAnnounces(InventoryVector.WTX, Transaction.parse(tx).wtxid());
      if (!small.hub.questions.isEmpty() && i < 10) {
        small.answer(tx);
      }
    }
    assertThat(small.newsroom.unconfirmedCount()).isBetween(2, 3);
    assertThat(small.hub.questions).as("what is announced later is asked for").isNotEmpty();
  }

  private void readingConnection() {
    fixture.newsroom.readMempool(target -> CompletableFuture.completedFuture(true));
    fixture.reconnect(3);
    assertThat(fixture.line.mempools).isEqualTo(1);
  }

  private @Nullable Message waiting(Message tx) {
    return fixture.newsroom.waiting(Transaction.parse(tx).wtxid(), true);
  }

  private void nodeHas(Message... transactions) {
    for (Message tx : transactions) {
      fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(tx).wtxid());
      fixture.answer(tx);
    }
  }

  private void mine(BlockHeader on, Message... transactions) {
    BlockHeader next = TestChain.grow(on, 1, 0).get(0);
    fixture.line.says(TestChain.headers(next));
    ScriptedHub.Question question = hub.take();
    assertThat(question.request())
        .isEqualTo(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, next.hash()));
    fixture.answer(question, blockOf(next, transactions));
  }

  /** A block of which nobody here looks at the merkle root. */
  private static Message blockOf(BlockHeader header, Message... transactions) {
    byte[] first = new byte[80];
    header.write(first, 0);
    byte[] coinbase = TestChain.coinbase(1);
    int size = 80 + 1 + coinbase.length;
    for (Message tx : transactions) {
      size += tx.size();
    }
    ByteWriter out = new ByteWriter(size).bytes(first).u8(1 + transactions.length).bytes(coinbase);
    for (Message tx : transactions) {
      out.bytes(tx.toByteArray());
    }
    return out.toMessage(Commands.BLOCK);
  }

  private static Hash txid(Message tx) {
    return Transaction.parse(tx).txid();
  }
}
