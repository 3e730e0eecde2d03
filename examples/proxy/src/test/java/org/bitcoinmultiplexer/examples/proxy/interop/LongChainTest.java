package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.examples.proxy.peers.BcoinNode;
import org.bitcoinmultiplexer.examples.proxy.peers.BitcoinjWallet;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.NeedsNode;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A chain of several batches of headers, and one that is reorganised. */
@ParameterizedClass
@EnumSource
@Timeout(180)
class LongChainTest extends EmbeddedChainSuite {
  private static final int BATCH = 2_000;
  private static final int INVENTORY = 500;

  @Override
  int height() {
    return 2 * BATCH + 100;
  }

  private RawClient raw() {
    return RawClient.to(proxy.address()).connect();
  }

  @Test
  void headersComeInFullBatches() {
    try (RawClient client = raw()) {
      List<String> known = new ArrayList<>(List.of(Wire.GENESIS));
      for (int size : new int[] {BATCH, BATCH, chain.height() - 2 * BATCH, 0}) {
        client.getHeaders(List.of(known.get(known.size() - 1)), Wire.ZERO_HASH);
        List<String> batch = Wire.headers(client.expect("headers").payload());
        assertThat(batch).hasSize(size);
        known.addAll(batch);
      }
      assertThat(known).isEqualTo(chain.hashes());
    }
  }

  @Test
  void everyClientContinuesItsOwnListOfBlocks() {
    try (RawClient one = raw();
        RawClient other = raw()) {
      List<String> ofOne = list(one, 0);
      List<String> ofOther = list(other, 1_000);
      assertThat(ofOne).isEqualTo(chain.between(0, INVENTORY));
      assertThat(ofOther).isEqualTo(chain.between(1_000, 1_000 + INVENTORY));

      // Whoever asks for the last of his list is told that there is more, and nobody else.
      for (RawClient client : List.of(one, other)) {
        String last = client == one ? ofOne.get(INVENTORY - 1) : ofOther.get(INVENTORY - 1);
        client.getData(new Item(Item.BLOCK, last));
        assertThat(Wire.blockHash(client.expect("block").payload())).isEqualTo(last);
        List<Item> more = Wire.items(client.expect("inv").payload());
        assertThat(more).hasSize(1);
        assertThat(chain.hashes().indexOf(more.get(0).hash()))
            .isGreaterThan(chain.hashes().indexOf(last))
            .matches(
                height -> height == chain.height() || height % INVENTORY != 0,
                "is the tip, or at least does not end a later list: bitcoinj would stop there");
      }
      assertThat(one.fence()).isEmpty();
    }
  }

  private List<String> list(RawClient client, int after) {
    List<Received> answer =
        client.ask("getblocks", Wire.locator(List.of(chain.at(after)), Wire.ZERO_HASH));
    assertThat(answer).extracting(Received::command).containsExactly("inv");
    return Wire.items(answer.get(0).payload()).stream().map(Item::hash).toList();
  }

  @Test
  @NeedsNode
  void aWalletAndAFullNodeSyncAndFollowAReorganisation() {
    try (BitcoinjWallet wallet =
            BitcoinjWallet.connect(proxy.address(), BitcoinjWallet.Mode.WHOLE_BLOCKS);
        BcoinNode follower = BcoinNode.syncingFrom(proxy.address());
        RawClient raw = raw()) {
      wallet.awaitHeight(chain.height());
      follower.awaitHeight(chain.height());
      raw.getHeaders(List.of(chain.tip()), Wire.ZERO_HASH);
      raw.fence();

      List<String> branch = node.mineOn(chain.at(chain.height() - 3), 5);
      String tip = branch.get(branch.size() - 1);
      raw.expectInv(tip);
      raw.getHeaders(List.of(chain.tip(), chain.at(chain.height() - 3)), Wire.ZERO_HASH);
      assertThat(Wire.headers(raw.expect("headers").payload())).isEqualTo(branch);
      follower.awaitHeight(chain.height() + 2);
      assertThat(follower.tip()).isEqualTo(tip);
      wallet.awaitHeight(chain.height() + 2);
      assertThat(wallet.tip()).isEqualTo(tip);
      chain.replaceFrom(chain.height() - 2, branch);
    }
  }
}
