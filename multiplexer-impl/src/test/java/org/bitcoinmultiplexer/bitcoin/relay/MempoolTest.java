package org.bitcoinmultiplexer.bitcoin.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.node.TransactionNotification;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which transactions wait to be mined, as far as the relay knows. */
class MempoolTest {

  private static final Hash COINS = Hash.of("%064x".formatted(0xabc));

  private final RelayFixture fixture =
      new RelayFixture(new RelayOptions(true, true, 1 << 20, true));
  private final ScriptedEngineContext engine = fixture.engine;
  private final List<BlockHeader> chain = knowing();
  private final Message parent = TestChain.tx(COINS, 0, 900, 7);
  private final Message child = TestChain.tx(txid(parent), 0, 800, 0);
  private final Message other = TestChain.tx(COINS, 1, 700, 0);

  private List<BlockHeader> knowing() {
    fixture.nodeRelay.followUnconfirmed();
    engine.loop.runTasks();
    return fixture.knowing(3);
  }

  @Test
  void looksThroughNothingBeforeSomebodyNeedsToKnowAndThenWhatHasBeenMissed() {
    RelayFixture idle = new RelayFixture(new RelayOptions(true, true, 1 << 20, true));
    List<BlockHeader> known = idle.knowing(3);
    idle.nodeAnnounces(InventoryVector.WTX, Transaction.parse(parent).wtxid());
    idle.answer(parent);
    BlockHeader next = TestChain.grow(TestChain.last(known), 1, 0).get(0);
    idle.line.says(TestChain.headers(next));
    assertThat(idle.engine.questions).isEmpty();

    idle.nodeRelay.followUnconfirmed();
    idle.engine.loop.runTasks();
    idle.answer(blockOf(next, parent));
    assertThat(idle.nodeRelay.node().unconfirmed()).isEmpty();
    assertThat(idle.engine.questions).isEmpty();
  }

  @Test
  void hasWhatTheNodeAcceptedInTheOrderInWhichItCame() {
    nodeHas(parent, other, child);

    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(parent, other, child);
    assertThat(fixture.nodeRelay.node().unconfirmedCount()).isEqualTo(3);
  }

  @Test
  void hasNothingThatAClientOnlySubmitted() {
    fixture.submits(new RelayFixture.Peer("alice"), parent);

    assertThat(fixture.nodeRelay.node().unconfirmed()).isEmpty();
  }

  @Test
  void losesWhatIsMinedAndKeepsWhatSpendsFromIt() {
    nodeHas(parent, child, other);
    mine(TestChain.last(chain), parent);

    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(child, other);
    assertThat(fixture.nodeRelay.node().transaction(txid(parent), false)).isEqualTo(parent);
  }

  @Test
  void losesWhatConflictsWithABlockAndAllThatSpendsFromIt() {
    Message grandchild = TestChain.tx(txid(child), 0, 100, 0);
    nodeHas(parent, child, other, grandchild);
    mine(TestChain.last(chain), TestChain.tx(COINS, 0, 123, 0));

    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(other);
  }

  @Test
  void losesWhatIsReplaced() {
    Message better = TestChain.tx(COINS, 0, 1, 0);
    nodeHas(parent, child, other, better);

    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(other, better);
  }

  @Test
  void looksThroughNothingWhenNothingWaits() {
    BlockHeader next = TestChain.grow(TestChain.last(chain), 1, 0).get(0);
    fixture.line.says(TestChain.headers(next));

    assertThat(fixture.takeBlockNews()).hasSize(1);
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void looksThroughNothingWhereNobodyMayAsk() {
    RelayFixture without = new RelayFixture();
    List<BlockHeader> known = without.knowing(3);
    without.nodeAnnounces(InventoryVector.WTX, Transaction.parse(parent).wtxid());
    without.answer(parent);
    without.line.says(TestChain.headers(TestChain.grow(TestChain.last(known), 1, 0)));

    assertThat(without.engine.questions).isEmpty();
    assertThat(without.nodeRelay.node().unconfirmed()).isEmpty();
    assertThat(without.nodeRelay.node().transactions()).containsExactly(parent);
  }

  @Test
  void doesNotTakeInWhatTheLastBlocksHave() {
    nodeHas(other);
    mine(TestChain.last(chain), parent);
    nodeHas(parent, child);

    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(other, child);
  }

  @Test
  void takesInAgainWhatTheNodeAnnouncesOfADisconnectedBlock() {
    nodeHas(parent, other);
    mine(TestChain.last(chain), parent);
    List<BlockHeader> branch = TestChain.grow(TestChain.last(chain), 2, 1);
    fixture.line.says(TestChain.headers(branch));
    for (BlockHeader header : branch) {
      fixture.answer(engine.take(), blockOf(header));
    }
    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(other);

    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(parent).wtxid());
    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(other, parent);
  }

  @Test
  void knowsOfAnotherConnectionOnlyWhatItsNodeShows() {
    nodeHas(parent, other);
    BlockHeader next = TestChain.grow(TestChain.last(chain), 1, 0).get(0);
    fixture.line.says(TestChain.headers(next));
    engine.take();
    fixture.reconnect(3);
    assertThat(fixture.nodeRelay.node().unconfirmed()).isEmpty();
    assertThat(waiting(other)).isNull();

    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(other).wtxid());
    assertThat(engine.questions).as("its body is known").isEmpty();
    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(other);
    assertThat(waiting(other)).isEqualTo(other);
  }

  @Test
  void knowsNothingAfterMoreBlocksThanItLooksThrough() {
    nodeHas(parent);
    fixture.line.says(
        TestChain.headers(TestChain.grow(TestChain.last(chain), MinedTransactions.MOST + 1, 0)));

    assertThat(engine.questions).isEmpty();
    assertThat(fixture.nodeRelay.node().unconfirmed()).isEmpty();
  }

  @Test
  void looksThroughTheBlockWhileATransactionIsOnItsWay() {
    fixture.nodeAnnounces(InventoryVector.WTX, Transaction.parse(parent).wtxid());
    ScriptedEngineContext.Question tx = engine.take();
    mine(TestChain.last(chain), parent);
    fixture.answer(tx, parent);

    assertThat(fixture.nodeRelay.node().unconfirmed()).isEmpty();
  }

  @Test
  void forgetsWhatThePoolForgets() {
    RelayFixture small = new RelayFixture(new RelayOptions(true, true, 1_000, true)).connected();
    for (Message tx : List.of(parent, other, TestChain.tx(COINS, 2, 1, 0))) {
      small.nodeAnnounces(InventoryVector.WTX, Transaction.parse(tx).wtxid());
      small.answer(tx);
    }

    assertThat(small.nodeRelay.node().unconfirmed())
        .hasSize(1)
        .containsExactlyElementsOf(small.nodeRelay.node().transactions());
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
    RelayFixture idle = new RelayFixture();
    List<BlockHeader> known = idle.knowing(3);
    for (Message tx : List.of(parent, other)) {
      idle.nodeAnnounces(InventoryVector.WTX, Transaction.parse(tx).wtxid());
      idle.answer(tx);
    }
    Hash wtxid = Transaction.parse(other).wtxid();
    assertThat(idle.nodeRelay.node().waiting(wtxid, true)).isEqualTo(other);
    idle.line.says(TestChain.headers(TestChain.grow(TestChain.last(known), 1, 0)));
    assertThat(idle.nodeRelay.node().waiting(wtxid, true)).isNull();

    idle.line.says(other); // asked by a client
    assertThat(idle.nodeRelay.node().waiting(wtxid, true)).isEqualTo(other);
    assertThat(idle.nodeRelay.node().waiting(txid(parent), false)).isNull();
  }

  // ---- what is read

  @Test
  void readsTheMempoolOnEachConnectionOnWhichThatIsPermitted() {
    List<String> tried = new ArrayList<>();
    fixture.nodeRelay.readMempool(
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
    fixture.nodeRelay.readMempool(
        target -> {
          throw new AssertionError("tried " + target);
        });
    fixture.reconnect(
        RelayFixture.version(
            3, true, "/Satoshi:31.0.0/", Version.NODE_WITNESS | Version.NODE_BLOOM));
    assertThat(fixture.line.mempools).isEqualTo(1);
  }

  @Test
  void tellsEverybodyOfWhatCameWhileThereWasNoConnection() {
    nodeHas(other);
    engine.news.clear();
    readingConnection();
    fixture.nodeAnnounces(
        InventoryVector.WTX, Transaction.parse(other).wtxid(), Transaction.parse(parent).wtxid());
    fixture.answer(parent);

    assertThat(fixture.nodeRelay.node().unconfirmed()).containsExactly(other, parent);
    assertThat(engine.takeNews(TransactionNotification.class))
        .containsExactly(
            new TransactionNotification(txid(parent), Transaction.parse(parent).wtxid()));
    assertThat(engine.questions).isEmpty();
  }

  @Test
  void asksForALargeMempoolAtItsPace() {
    readingConnection();
    Hash[] many = new Hash[600];
    for (int i = 0; i < many.length; i++) {
      many[i] = Hash.of("%064x".formatted(i + 1_000));
    }
    fixture.nodeAnnounces(InventoryVector.WTX, many);
    assertThat(engine.questions).hasSize(MempoolReader.AT_ONCE);
    engine.loop.advance(Duration.ofMillis(250));
    assertThat(engine.questions).hasSize(2 * MempoolReader.AT_ONCE);
    engine.loop.advance(Duration.ofMillis(250));
    assertThat(engine.questions).hasSize(600);
    fixture.line.closes();
    engine.loop.advance(Duration.ofMillis(250));
    assertThat(engine.questions).hasSize(600);
  }

  @Test
  void readsNoMoreThanHalfOfWhatIsKept() {
    RelayFixture small = new RelayFixture(new RelayOptions(true, true, 2_000, true));
    small.nodeRelay.readMempool(target -> CompletableFuture.completedFuture(true));
    small.connected();
    for (int i = 0; i < 20; i++) {
      Message tx = TestChain.tx(COINS, i, 500, 0);
      small.nodeAnnounces(InventoryVector.WTX, Transaction.parse(tx).wtxid());
      if (!small.engine.questions.isEmpty() && i < 10) {
        small.answer(tx);
      }
    }
    assertThat(small.nodeRelay.node().unconfirmedCount()).isBetween(2, 3);
    assertThat(small.engine.questions).as("what is announced later is asked for").isNotEmpty();
  }

  private void readingConnection() {
    fixture.nodeRelay.readMempool(target -> CompletableFuture.completedFuture(true));
    fixture.reconnect(3);
    assertThat(fixture.line.mempools).isEqualTo(1);
  }

  private @Nullable Message waiting(Message tx) {
    return fixture.nodeRelay.node().waiting(Transaction.parse(tx).wtxid(), true);
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
    ScriptedEngineContext.Question question = engine.take();
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
