package org.bitcoinmultiplexer.bitcoin.news;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
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
  void asksAgainForABlockThatWasMissedWithTheConnection() {
    nodeHas(parent);
    BlockHeader next = TestChain.grow(TestChain.last(chain), 1, 0).get(0);
    fixture.line.says(TestChain.headers(next));
    ScriptedHub.Question lost = hub.take();
    hub.loop.run(() -> lost.then().accept(new Outcome.Failed("connection lost")));
    fixture.reconnect(NewsFixture.LONG);

    ScriptedHub.Question again =
        hub.questions.stream()
            .filter(q -> q.request().equals(lost.request()))
            .findFirst()
            .orElseThrow();
    fixture.answer(again, blockOf(next, parent));
    assertThat(fixture.newsroom.unconfirmed()).isEmpty();
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
