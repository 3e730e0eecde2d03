package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_MONEY;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.node.NodeNotification;
import org.bitcoinmultiplexer.bitcoin.node.TipNotification;
import org.bitcoinmultiplexer.bitcoin.node.TransactionNotification;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client is told without having asked. */
class AnnouncementsTest {

  private final List<BlockHeader> chain = Chain.headers(3);
  private final Hash tip = chain.get(2).hash();
  private final Scene scene = Scene.withNode(chain);

  // ---- blocks

  @Test
  void aBlockIsAnInvToWhoAskedForNothingElse() {
    ScriptedClient client = ClientKind.BITCOINJ.greet(scene);
    BlockHeader next = Chain.headers(tip, 1, 1).get(0);
    knowsTip(client);

    scene.engine.publish(new TipNotification(List.of(next)));
    assertThat(client.heard()).containsExactly(blockInv(next));
  }

  @Test
  void aBlockIsAHeaderToWhoAskedForThatAndHasItsParent() {
    ScriptedClient client = ClientKind.CORE.greet(scene);
    List<BlockHeader> next = Chain.headers(tip, 2, 1);
    knowsTip(client);

    scene.engine.publish(new TipNotification(next.subList(0, 1)));
    scene.engine.publish(new TipNotification(next.subList(1, 2)));
    assertThat(client.heard())
        .containsExactly(Chain.headersMessage(next.get(0)), Chain.headersMessage(next.get(1)));
  }

  @Test
  void aHeaderWhoseParentAClientLacksIsAnInv() {
    ScriptedClient client = ClientKind.CORE.greet(scene);
    BlockHeader next = Chain.headers(tip, 1, 1).get(0);

    scene.engine.publish(new TipNotification(List.of(next)));
    assertThat(client.heard()).containsExactly(blockInv(next));
  }

  @Test
  void sendheadersBeforeVerackCountsToo() {
    ScriptedClient client = scene.connect();
    client.says(ClientKind.CORE.introduction());
    client.says(Commands.SENDHEADERS);
    client.says(Commands.VERACK);
    knowsTip(client);
    BlockHeader next = Chain.headers(tip, 1, 1).get(0);

    scene.engine.publish(new TipNotification(List.of(next)));
    assertThat(client.heard()).containsExactly(Chain.headersMessage(next));
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 8, 9})
  void severalBlocksAreHeadersUpToEightAndOneInvAbove(int count) {
    ScriptedClient core = ClientKind.CORE.greet(scene);
    ScriptedClient bitcoinj = ClientKind.BITCOINJ.greet(scene);
    knowsTip(core);
    List<BlockHeader> next = Chain.headers(tip, count, 1);

    scene.engine.publish(new TipNotification(next));
    assertThat(core.heard())
        .containsExactly(count <= 8 ? Chain.headersMessage(next) : blockInv(next.get(count - 1)));
    assertThat(bitcoinj.heard()).containsExactly(blockInv(next.get(count - 1)));
  }

  @Test
  void ofSeveralHeadersOnlyThoseAreSentThatTheClientLacks() {
    ScriptedClient client = ClientKind.CORE.greet(scene);
    List<BlockHeader> next = Chain.headers(tip, 3, 1);
    client.says(Chain.headersMessage(next.get(0)));
    client.heard();

    scene.engine.publish(new TipNotification(next));
    assertThat(client.heard()).containsExactly(Chain.headersMessage(next.subList(1, 3)));
  }

  @Test
  void aReorganisationIsHeadersFromTheForkOn() {
    ScriptedClient client = ClientKind.CORE.greet(scene);
    knowsTip(client);
    List<BlockHeader> branch = Chain.headers(chain.get(1).hash(), 2, 1);

    scene.engine.publish(new TipNotification(branch));
    assertThat(client.heard()).containsExactly(Chain.headersMessage(branch));
  }

  @Test
  void whatAClientAnnouncedIsNoNewsToIt() {
    ScriptedClient byHeader = ClientKind.CORE.greet(scene);
    ScriptedClient byInv = ClientKind.BTCD.greet(scene);
    ScriptedClient byBlock = ClientKind.BCOIN.greet(scene);
    Message block = Chain.block(tip, 4);
    BlockHeader next = BlockHeader.of(block);
    byHeader.says(Chain.headersMessage(next));
    byInv.says(Inventory.of(Commands.INV, InventoryVector.BLOCK, next.hash()));
    byBlock.says(block);
    byHeader.heard();
    byInv.heard();
    byBlock.heard();

    scene.engine.publish(new TipNotification(List.of(next)));
    assertThat(byHeader.heard()).isEmpty();
    assertThat(byInv.heard()).isEmpty();
    assertThat(byBlock.heard()).isEmpty();
  }

  @Test
  void whatAClientWasSentInHeadersIsNoNewsToIt() {
    ScriptedClient client = ClientKind.BITCOINJ.greet(scene);
    BlockHeader next = Chain.headers(tip, 1, 1).get(0);
    client.says(BlockLocator.of(Commands.GETHEADERS, 70016, List.of(tip), Hash.ZERO));
    client.upstream(Chain.headersMessage(next));
    client.heard();

    scene.engine.publish(new TipNotification(List.of(next)));
    assertThat(client.heard()).isEmpty();
  }

  @Test
  void allClientsAreSentTheSameAnnouncement() {
    ScriptedClient one = ClientKind.CORE.greet(scene);
    ScriptedClient other = ClientKind.CORE.greet(scene);
    knowsTip(one);
    knowsTip(other);

    scene.engine.publish(new TipNotification(Chain.headers(tip, 1, 1)));
    assertThat(one.heard().get(0)).isSameAs(other.heard().get(0));
  }

  // ---- transactions

  @Test
  void transactionsAreCollectedIntoOneInv() {
    ScriptedClient client = ClientKind.CORE.greet(scene);
    List<Hash> ids = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      scene.engine.publish(news(i));
      ids.add(hash(1000 + i));
    }
    assertThat(client.heard()).isEmpty();
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(client.heard()).containsExactly(txInv(InventoryVector.WTX, ids));

    scene.engine.loop.advance(Duration.ofHours(1));
    assertThat(client.heard()).isEmpty();
    scene.engine.publish(news(3));
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(client.heard()).containsExactly(txInv(InventoryVector.WTX, List.of(hash(1003))));
  }

  @Test
  void oneInvHasAThousandTransactionsAtMost() {
    ScriptedClient client = ClientKind.BITCOINJ.greet(scene);
    for (int i = 0; i < TransactionAnnouncer.BATCH + 1; i++) {
      scene.engine.publish(news(i));
    }
    scene.engine.loop.advance(TransactionAnnouncer.TICK);

    List<Message> heard = client.heard();
    assertThat(heard).hasSize(2);
    assertThat(Inventory.parse(heard.get(0)).size()).isEqualTo(TransactionAnnouncer.BATCH);
    assertThat(Inventory.parse(heard.get(1)).size()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(ClientKind.class)
  void eachKindIsToldInItsFlavourAndNoneThatWantsNone(ClientKind kind) {
    ScriptedClient client = kind.greet(scene);
    scene.engine.publish(news(1));
    scene.engine.loop.advance(TransactionAnnouncer.TICK);

    if (!kind.relay) {
      assertThat(client.heard()).isEmpty();
    } else if (kind.wtxids) {
      assertThat(client.heard()).containsExactly(txInv(InventoryVector.WTX, List.of(hash(1001))));
    } else {
      assertThat(client.heard()).containsExactly(txInv(InventoryVector.TX, List.of(hash(1))));
    }
  }

  @Test
  void nothingIsAnnouncedTwiceNorToWhoHasIt() {
    ScriptedClient client = ClientKind.CORE.greet(scene);
    client.says(Inventory.of(Commands.INV, InventoryVector.WTX, hash(1002)));
    client.heard();
    scene.engine.publish(news(1));
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    client.heard();

    scene.engine.publish(news(1));
    scene.engine.publish(news(2));
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(client.heard()).isEmpty();
  }

  @Test
  void aSubmittedTransactionIsNewsToAllOnceTheNodeHasIt() {
    ScriptedClient origin = ClientKind.BITCOINJ.greet(scene);
    ScriptedClient other = ClientKind.CORE.greet(scene);
    Message tx = Chain.witnessTx(7);
    Transaction transaction = Transaction.parse(tx);
    origin.says(tx);
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(scene.engine.toNode).contains(tx);
    assertThat(origin.heard()).isEmpty();
    assertThat(other.heard()).isEmpty();

    scene.nodeSays(tx);
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(other.heard())
        .containsExactly(txInv(InventoryVector.WTX, List.of(transaction.wtxid())));
    assertThat(origin.heard())
        .as("who submitted it is told in its own flavour, too")
        .containsExactly(txInv(InventoryVector.TX, List.of(transaction.txid())));
  }

  @Test
  void whoSubmitsWhatTheNodeHasIsToldSoEachTime() {
    ScriptedClient client = ClientKind.BITCOINJ.greet(scene);
    ScriptedClient other = ClientKind.CORE.greet(scene);
    Message tx = Chain.witnessTx(7);
    Transaction transaction = Transaction.parse(tx);
    scene.nodeRelays(tx, transaction.wtxid());
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    client.heard();
    other.heard();

    for (int i = 0; i < 2; i++) {
      client.says(tx);
      scene.engine.loop.advance(TransactionAnnouncer.TICK);
      assertThat(client.heard())
          .containsExactly(txInv(InventoryVector.TX, List.of(transaction.txid())));
      assertThat(other.heard()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ClientKind.class,
      names = {"NEUTRINO", "ELECTRS"})
  void whoWantsNoTransactionsIsNotToldOfItsOwn(ClientKind kind) {
    ScriptedClient client = kind.greet(scene);
    Message tx = Chain.witnessTx(7);
    client.says(tx);
    scene.nodeSays(tx);
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(scene.nodeRelay.node().transactions()).containsExactly(tx);
    assertThat(client.heard()).isEmpty();
  }

  @Test
  void anInvOfTheOtherFlavourIsSkipped() {
    ScriptedClient byTxid = ClientKind.BTCD.greet(scene);
    ScriptedClient byWtxid = ClientKind.CORE.greet(scene);
    byTxid.says(Inventory.of(Commands.INV, InventoryVector.WTX, hash(1)));
    byWtxid.says(Inventory.of(Commands.INV, InventoryVector.TX, hash(2)));
    assertThat(byTxid.heard()).isEmpty();
    assertThat(byWtxid.heard()).isEmpty();

    byTxid.says(Inventory.of(Commands.INV, InventoryVector.TX, hash(1)));
    byWtxid.says(Inventory.of(Commands.INV, InventoryVector.WTX, hash(2)));
    assertThat(byTxid.heard())
        .containsExactly(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_TX, hash(1)));
    assertThat(byWtxid.heard())
        .containsExactly(Inventory.of(Commands.GETDATA, InventoryVector.WTX, hash(2)));
  }

  @ParameterizedTest
  @ValueSource(longs = {9_170_997, 9_936_506, MAX_MONEY})
  void aFeeFilterOfAllMoneyMeansNoTransactions(long rate) {
    ScriptedClient client = ClientKind.CORE.greet(scene);
    scene.engine.publish(news(1));
    client.says(new FeeFilter(rate).toMessage());
    scene.engine.publish(news(2));
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(client.heard()).as("not even what was on its way").isEmpty();

    client.says(new FeeFilter(100_000).toMessage());
    scene.engine.publish(news(3));
    scene.engine.loop.advance(TransactionAnnouncer.TICK);
    assertThat(client.heard()).containsExactly(txInv(InventoryVector.WTX, List.of(hash(1003))));
  }

  @Test
  void aClientThatLeftIsNotToldWhatWasOnItsWay() {
    ScriptedClient client = ClientKind.CORE.greet(scene);
    scene.engine.publish(news(1));
    client.leaves();
    scene.engine.loop.advance(Duration.ofMinutes(1));

    assertThat(client.heard()).isEmpty();
  }

  // ---- the node

  @ParameterizedTest
  @EnumSource(ClientKind.class)
  void theNodesFeeFilterIsPassedOnToWhoKnowsTheMessage(ClientKind kind) {
    ScriptedClient client = kind.greet(scene);
    NodeInfo node = scene.nodeRelay.node().info();
    scene.engine.publish(new NodeNotification(node.withFeeFilter(5000)));
    scene.engine.publish(new NodeNotification(node.withFeeFilter(5000)));

    if (kind.version >= 70013) {
      assertThat(client.heard()).containsExactly(new FeeFilter(5000).toMessage());
    } else {
      assertThat(client.heard()).isEmpty();
    }
  }

  @Test
  void aClientThatComesBeforeTheNodeIsGreetedOnceItIsKnown() {
    Scene early = new Scene();
    ScriptedClient client = early.connect();
    client.says(ClientKind.CORE.introduction());
    client.says(Commands.VERACK);
    assertThat(client.heard()).isEmpty();

    early.nodeConnects(5, true);
    assertThat(client.heard())
        .extracting(Message::command)
        .containsExactly(
            Commands.VERSION,
            Commands.WTXIDRELAY,
            Commands.SENDADDRV2,
            Commands.VERACK,
            Commands.SENDCMPCT);
    assertThat(client.description).contains("/Satoshi:28.0.0/").contains("70016");
  }

  @Test
  void aClientThatLeftBeforeTheNodeCameIsNotGreeted() {
    Scene early = new Scene();
    ScriptedClient client = early.connect();
    client.says(ClientKind.CORE.introduction());
    client.says(Commands.VERACK);
    client.leaves();
    early.nodeConnects(5, true);

    assertThat(client.heard()).isEmpty();
    assertThat(client.description).isNull();
  }

  private void knowsTip(ScriptedClient client) {
    client.says(
        BlockLocator.of(Commands.GETHEADERS, 70016, List.of(chain.get(0).hash()), Hash.ZERO));
    client.upstream(Chain.headersMessage(chain.subList(1, 3)));
    client.heard();
  }

  private static TransactionNotification news(int number) {
    return new TransactionNotification(hash(number), hash(1000 + number));
  }

  private static Message txInv(int type, List<Hash> ids) {
    return Inventory.of(Commands.INV, type, ids);
  }

  private static Message blockInv(BlockHeader header) {
    return Inventory.of(Commands.INV, InventoryVector.BLOCK, header.hash());
  }

  private static Hash hash(int number) {
    return Hash.of("%064x".formatted(number + 1));
  }
}
