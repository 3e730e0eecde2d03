package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which blocks come in short to who asks for them so. */
class CompactBlocksTest {

  /** So many blocks of ten minutes lie between the times of {@link Chain} and the scene's clock. */
  private static final int NOW = 166_666;

  private final Scene scene = new Scene();
  private final List<Message> blocks = new ArrayList<>();

  private ScriptedClient clientOf(int firstTime, boolean keepsChain) {
    Hash parent = Network.REGTEST.genesis();
    List<BlockHeader> headers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Message block = Chain.block(parent, firstTime + i, Chain.tx(i), Chain.tx(100 + i));
      blocks.add(block);
      headers.add(BlockHeader.of(block));
      parent = BlockHeader.of(block).hash();
    }
    if (keepsChain) {
      scene.nodeRelay.keepHeaders(null, Runnable::run);
      scene.engine.loop.runTasks();
    }
    scene.nodeConnects(10, true);
    scene.nodeHas(headers);
    return ClientKind.CORE.greet(scene);
  }

  private Message ask(ScriptedClient client, int block) {
    Hash hash = BlockHeader.of(blocks.get(block)).hash();
    client.says(Inventory.of(Commands.GETDATA, InventoryVector.CMPCT_BLOCK, hash));
    assertThat(client.pending())
        .isEqualTo(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, hash));
    client.upstream(blocks.get(block));
    List<Message> heard = client.heard();
    assertThat(heard).hasSize(1);
    return heard.get(0);
  }

  @Test
  void theLastSixBlocksComeInShortAndOlderOnesWhole() {
    ScriptedClient client = clientOf(NOW - 10, true);
    for (int i = 0; i < 10; i++) {
      Message answer = ask(client, i);
      if (i >= 4) {
        assertThat(answer.command()).as("block %d", i).isEqualTo(Commands.CMPCTBLOCK);
        assertThat(BlockHeader.of(answer).hash()).isEqualTo(BlockHeader.of(blocks.get(i)).hash());
      } else {
        assertThat(answer).as("block %d", i).isSameAs(blocks.get(i));
      }
    }
  }

  @Test
  void theShortFormIsMadeOnceForAll() {
    ScriptedClient alice = clientOf(NOW - 10, true);
    ScriptedClient bob = ClientKind.CORE.greet(scene);
    assertThat(ask(bob, 9)).isSameAs(ask(alice, 9));
  }

  @Test
  void allComeWholeWhileTheTipIsOld() {
    ScriptedClient client = clientOf(NOW - 100, true);
    assertThat(ask(client, 9)).isSameAs(blocks.get(9));
  }

  @Test
  void recentHeadersTellTheDepthAsWell() {
    ScriptedClient client = clientOf(NOW - 10, false);
    assertThat(ask(client, 4).command()).isEqualTo(Commands.CMPCTBLOCK);
    assertThat(ask(client, 3)).isSameAs(blocks.get(3));
  }

  /** As while a chain that is long is still being learnt. */
  @ParameterizedTest
  @CsvSource({"9, true", "8, true", "4, true", "3, false"})
  void theNodeTellsTheDepthIfNothingElseDoes(int block, boolean inShort) {
    clientOf(NOW - 10, false);
    Scene fresh = new Scene();
    fresh.nodeConnects(3_000, true);
    ScriptedClient client = ClientKind.CORE.greet(fresh);
    client.says(Inventory.of(Commands.GETDATA, InventoryVector.CMPCT_BLOCK, hash(block)));
    assertThat(client.pending()).isEqualTo(Locators.getHeaders(List.of(hash(block)), Hash.ZERO));
    client.upstream(
        Chain.headersMessage(blocks.subList(block + 1, 10).stream().map(BlockHeader::of).toList()));
    client.upstream(blocks.get(block));
    Message answer = client.heard().get(0);
    assertThat(answer.command()).isEqualTo(inShort ? Commands.CMPCTBLOCK : Commands.BLOCK);
    assertThat(BlockHeader.of(answer).hash()).isEqualTo(hash(block));
  }

  @Test
  void ofABranchThatWasLeftABlockComesWhole() {
    clientOf(NOW - 10, false);
    Scene fresh = new Scene();
    fresh.nodeConnects(3_000, true);
    ScriptedClient client = ClientKind.CORE.greet(fresh);
    client.says(Inventory.of(Commands.GETDATA, InventoryVector.CMPCT_BLOCK, hash(9)));
    client.upstream(Chain.headersMessage(BlockHeader.of(blocks.get(0))));
    client.upstream(blocks.get(9));
    assertThat(client.heard()).containsExactly(blocks.get(9));

    client.says(Inventory.of(Commands.GETDATA, InventoryVector.CMPCT_BLOCK, hash(9)));
    client.upstreamHasNothing(); // it does not say
    client.upstream(blocks.get(9));
    assertThat(client.heard()).containsExactly(blocks.get(9));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void partsOfDeepBlocksComeWhole(boolean keepsChain) {
    ScriptedClient client = clientOf(NOW - 10, keepsChain);
    for (int i = 0; i < 3; i++) {
      mine(i);
    }
    for (int i = 0; i < blocks.size(); i++) {
      Hash hash = hash(i);
      client.heard();
      client.says(
          new ByteWriter(Hash.SIZE + 2)
              .hash(hash)
              .compactSize(1)
              .compactSize(1)
              .toMessage(Commands.GETBLOCKTXN));
      client.upstream(blocks.get(i));
      Message answer = client.heard().get(0);
      if (blocks.size() - 1 - i <= 10) {
        assertThat(answer.command()).as("block %d", i).isEqualTo(Commands.BLOCKTXN);
      } else {
        assertThat(answer).as("block %d", i).isSameAs(blocks.get(i));
      }
    }
  }

  private Hash hash(int block) {
    return BlockHeader.of(blocks.get(block)).hash();
  }

  /** The node has another block; which is what it says. */
  private Message mine(int number) {
    Message block = Chain.block(hash(blocks.size() - 1), NOW + number, Chain.tx(50 + number));
    blocks.add(block);
    scene.nodeSays(Chain.headersMessage(BlockHeader.of(block)));
    return block;
  }

  /** A client that wants to hear of blocks in short, and has them up to now. */
  private ScriptedClient eager() {
    ScriptedClient client = clientOf(NOW - 10, true);
    follow(client);
    return client;
  }

  private void follow(ScriptedClient client) {
    client.says(new SendCompact(true, 2).toMessage());
    client.says(Locators.getHeaders(List.of(hash(blocks.size() - 1)), Hash.ZERO));
    client.heard();
  }

  private void nodeAnswers(Outcome outcome) {
    ScriptedEngine.Asked asked = scene.engine.asked.remove(0);
    assertThat(asked.request())
        .isEqualTo(
            Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, hash(blocks.size() - 1)));
    scene.engine.loop.run(() -> asked.then().accept(outcome));
  }

  private void nodeSends(Message block) {
    nodeAnswers(new Outcome.Answered(List.of(block)));
  }

  @Test
  void whoAskedForItHearsOfABlockInShortOnceItIsThere() {
    ScriptedClient client = eager();
    ScriptedClient other = ClientKind.CORE.greet(scene);
    follow(other);
    Message block = mine(0);
    assertThat(client.heard()).isEmpty();
    nodeSends(block);
    List<Message> heard = client.heard();
    assertThat(heard).extracting(Message::command).containsExactly(Commands.CMPCTBLOCK);
    assertThat(BlockHeader.of(heard.get(0)).hash()).isEqualTo(hash(10));
    assertThat(other.heard().get(0)).as("made once").isSameAs(heard.get(0));
    assertThat(scene.engine.asked).as("asked once").isEmpty();

    client.says(
        new ByteWriter(Hash.SIZE + 2)
            .hash(hash(10))
            .compactSize(1)
            .compactSize(1)
            .toMessage(Commands.GETBLOCKTXN));
    assertThat(client.heard()).extracting(Message::command).containsExactly(Commands.BLOCKTXN);

    Message next = mine(1);
    nodeSends(next);
    assertThat(client.heard())
        .as("it has the parent by now")
        .extracting(Message::command)
        .containsExactly(Commands.CMPCTBLOCK);
  }

  @Test
  void whoComesLateFindsTheBlockAsked() {
    ScriptedClient client = eager();
    Message block = mine(0);
    nodeSends(block);
    client.heard();
    ScriptedClient late = ClientKind.CORE.greet(scene);
    late.says(new SendCompact(true, 2).toMessage());
    late.says(Locators.getHeaders(List.of(hash(9)), hash(9)));
    assertThat(late.heard()).hasSize(1);
    assertThat(scene.engine.asked).isEmpty();
  }

  @Test
  void aBlockThatDoesNotComeIsAnnouncedWithoutIt() {
    ScriptedClient client = eager();
    mine(0);
    nodeAnswers(Outcome.Absent.INSTANCE);
    assertThat(client.heard())
        .containsExactly(Chain.headersMessage(BlockHeader.of(blocks.get(10))));
  }

  @Test
  void aBlockThatTakesLongIsAnnouncedWithoutItAndNotTwice() {
    ScriptedClient client = eager();
    Message block = mine(0);
    scene.engine.loop.advance(NewestBlock.PATIENCE.minusMillis(1));
    assertThat(client.heard()).isEmpty();
    scene.engine.loop.advance(Duration.ofMillis(1));
    assertThat(client.heard()).containsExactly(Chain.headersMessage(BlockHeader.of(block)));
    nodeSends(block);
    assertThat(client.heard()).isEmpty();
  }

  @Test
  void anotherBlockMeanwhileHurriesTheFirst() {
    ScriptedClient client = eager();
    Message first = mine(0);
    ScriptedEngine.Asked slow = scene.engine.asked.remove(0);
    Message second = mine(1);
    assertThat(client.heard()).containsExactly(Chain.headersMessage(BlockHeader.of(first)));
    scene.engine.loop.run(() -> slow.then().accept(new Outcome.Answered(List.of(first))));
    assertThat(client.heard()).isEmpty();
    nodeSends(second);
    assertThat(client.heard()).extracting(Message::command).containsExactly(Commands.CMPCTBLOCK);
  }

  @Test
  void whoHasNotTheParentHearsAsBefore() {
    ScriptedClient client = clientOf(NOW - 10, true);
    client.says(new SendCompact(true, 2).toMessage());
    mine(0);
    assertThat(client.heard())
        .containsExactly(Inventory.of(Commands.INV, InventoryVector.BLOCK, hash(10)));
    assertThat(scene.engine.asked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"false, 2", "true, 1", "true, 3"})
  void otherWishesChangeNothing(boolean announce, long version) {
    ScriptedClient client = clientOf(NOW - 10, true);
    client.says(new SendCompact(announce, version).toMessage());
    client.says(Locators.getHeaders(List.of(hash(9)), Hash.ZERO));
    client.heard();
    mine(0);
    assertThat(client.heard()).extracting(Message::command).containsExactly(Commands.HEADERS);
    assertThat(scene.engine.asked).isEmpty();
  }

  @Test
  void theWishMayBeTakenBack() {
    ScriptedClient client = eager();
    client.says(new SendCompact(false, 2).toMessage());
    mine(0);
    assertThat(client.heard()).extracting(Message::command).containsExactly(Commands.HEADERS);
  }

  @Test
  void theWishMayComeWithTheHandshake() {
    clientOf(NOW - 10, true);
    ScriptedClient client = scene.connect();
    client.says(ClientKind.CORE.introduction());
    client.says(new SendCompact(true, 2).toMessage());
    client.says(Commands.VERACK);
    assertThat(client.heard()).contains(new SendCompact(false, 2).toMessage());
    client.says(Locators.getHeaders(List.of(hash(9)), Hash.ZERO));
    client.heard();
    nodeSends(mine(0));
    assertThat(client.heard()).extracting(Message::command).containsExactly(Commands.CMPCTBLOCK);
  }

  @Test
  void aClientThatLeftHearsNothing() {
    ScriptedClient client = eager();
    Message block = mine(0);
    client.leaves();
    nodeSends(block);
    assertThat(client.heard()).isEmpty();
  }
}
