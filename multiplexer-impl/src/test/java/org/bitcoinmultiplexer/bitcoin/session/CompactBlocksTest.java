package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;

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
      scene.newsroom.keepHeaders(null, Runnable::run);
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
  void allComeWholeWithoutTheHeaderChain() {
    ScriptedClient client = clientOf(NOW - 10, false);
    assertThat(ask(client, 9)).isSameAs(blocks.get(9));
  }
}
