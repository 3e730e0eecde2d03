package org.bitcoinmultiplexer.bitcoin.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.Lists;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderChain;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;

/** What the header chain answers is what the node would answer. */
class ChainAnswersTest {

  private static final int HEIGHT = 4_700;

  private final HeaderChain node = new HeaderChain(Network.REGTEST);
  private final List<Hash> stale = new ArrayList<>();
  private final Scene scene = new Scene();

  private void start() {
    scene.nodeRelay.keepHeaders(null, Runnable::run);
    List<BlockHeader> chain = Chain.headers(HEIGHT);
    for (List<BlockHeader> part : Lists.partition(chain, 2_000)) {
      node.add(Headers.parse(Chain.headersMessage(part)));
    }
    List<BlockHeader> branch = Chain.headers(chain.get(3_999).hash(), 5, 1);
    scene.engine.loop.runTasks();
    scene.nodeConnects(HEIGHT, true);
    nodeAnswersAll();
    for (BlockHeader header : branch) {
      stale.add(header.hash());
    }
  }

  private void nodeAnswersAll() {
    while (!scene.engine.asked.isEmpty()) {
      ScriptedEngine.Asked asked = scene.engine.asked.remove(0);
      Optional<Message> headers = node.view().headers(BlockLocator.parse(asked.request()));
      headers.ifPresent(scene::nodeSays);
      scene.engine.loop.run(
          () ->
              asked
                  .then()
                  .accept(
                      headers
                          .<Outcome>map(h -> new Outcome.Answered(List.of(h)))
                          .orElse(Outcome.Absent.INSTANCE)));
    }
  }

  private ScriptedClient client() {
    return ClientKind.CORE.greet(scene);
  }

  private List<Hash> randomLocator(Random random) {
    ChainView view = node.view();
    List<Hash> hashes = new ArrayList<>();
    int count = random.nextInt(5);
    for (int i = 0; i < count; i++) {
      hashes.add(randomBlock(random, view));
    }
    return hashes;
  }

  private Hash randomBlock(Random random, ChainView view) {
    return switch (random.nextInt(8)) {
      case 0 -> stale.get(random.nextInt(stale.size()));
      case 1 -> Hash.of("%064x".formatted(random.nextInt()));
      case 2 -> view.tip();
      case 3 -> view.hash(view.height() - random.nextInt(10));
      case 4 -> Hash.ZERO;
      default -> view.hash(random.nextInt(view.height()));
    };
  }

  @Test
  void everyGetheadersIsAnsweredWithoutTheNodeAndAsByTheNode() {
    start();
    ScriptedClient client = client();
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      Message request =
          Locators.getHeaders(randomLocator(random), randomBlock(random, node.view()));
      client.says(request);
      BlockLocator asked = BlockLocator.parse(request);
      if (asked.size() == 0 && !node.view().contains(asked.stop())) {
        assertThat(client.asked).as("the node may know a branch that we do not").hasSize(1);
        client.asked.clear();
        client.upstreamHasNothing();
        continue;
      }
      assertThat(client.asked).isEmpty();
      Optional<Message> expected = node.view().headers(BlockLocator.parse(request));
      assertThat(client.received).isEqualTo(expected.stream().toList());
      client.received.clear();
    }
  }

  @Test
  void fullAnswersAreMadeOnceForAll() {
    start();
    Message request = Locators.getHeaders(List.of(Network.REGTEST.genesis()), Hash.ZERO);
    ScriptedClient alice = client();
    ScriptedClient bob = client();
    alice.says(request);
    bob.says(request);
    assertThat(Headers.parse(alice.received.get(0)).size()).isEqualTo(2_000);
    assertThat(bob.received.get(0)).isSameAs(alice.received.get(0));
  }

  @Test
  void getblocksIsAnsweredWithoutTheNodeAndGoesOnBehindTheLastBlock() {
    start();
    ScriptedClient client = client();
    client.says(
        BlockLocator.of(Commands.GETBLOCKS, 70016, List.of(Network.REGTEST.genesis()), Hash.ZERO));
    assertThat(client.asked).isEmpty();
    Inventory list = Inventory.parse(client.received.get(0));
    assertThat(list.size()).isEqualTo(500);
    assertThat(list.hash(0)).isEqualTo(node.view().hash(1));
    assertThat(list.hash(499)).isEqualTo(node.view().hash(500));

    client.received.clear();
    client.says(BlockLocator.of(Commands.GETBLOCKS, 70016, List.of(node.view().tip()), Hash.ZERO));
    assertThat(client.received).as("nothing to announce").isEmpty();
    client.says(
        BlockLocator.of(
            Commands.GETBLOCKS, 70016, List.of(node.view().hash(10)), node.view().hash(15)));
    assertThat(client.received)
        .containsExactly(
            Inventory.of(
                Commands.INV,
                InventoryVector.BLOCK,
                List.of(
                    node.view().hash(11),
                    node.view().hash(12),
                    node.view().hash(13),
                    node.view().hash(14))));
  }

  @Test
  void theNodeIsAskedWhileTheChainIsNotComplete() {
    scene.nodeRelay.keepHeaders(null, Runnable::run);
    scene.engine.loop.runTasks();
    scene.nodeConnects(HEIGHT, true);
    ScriptedClient client = client();
    client.says(Locators.getHeaders(List.of(Network.REGTEST.genesis()), Hash.ZERO));
    assertThat(client.asked).hasSize(1);
    assertThat(client.received).isEmpty();
  }
}
