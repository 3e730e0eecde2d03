package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.BitcoinjWallet;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a wallet with bitcoinj's defaults, bloom filters among them, may expect in front of a node
 * that has none to offer.
 */
@ParameterizedClass
@EnumSource(names = {"SERIAL", "KEY", "SEQUENCE", "CACHE"})
@Timeout(180)
class FilteredWalletTest extends EmbeddedChainSuite {

  private static final long NODE_BLOOM = 4;

  private InetSocketAddress server() {
    return proxy.address();
  }

  private BitcoinjWallet wallet(ScriptType addresses) {
    return BitcoinjWallet.connect(server(), BitcoinjWallet.Mode.BLOOM, addresses);
  }

  @Test
  void offersWhatTheNodeDoesNot() {
    try (RawClient direct = RawClient.to(node.address()).connect();
        RawClient client = RawClient.to(server()).connect()) {
      assertThat(direct.server().services() & NODE_BLOOM).isZero();
      assertThat(client.server().services() & NODE_BLOOM).isNotZero();
    }
  }

  @Test
  void aWalletSyncsReceivesAndSpends() {
    try (BitcoinjWallet wallet = wallet(ScriptType.P2PKH)) {
      receivesAndSpends(wallet);
    }
  }

  @Test
  void aWalletWithWitnessAddressesFromTheKitDoesSoToo(@TempDir Path directory) {
    try (BitcoinjWallet wallet =
        BitcoinjWallet.launchKit(server(), directory, BitcoinjWallet.Mode.BLOOM)) {
      receivesAndSpends(wallet);
    }
  }

  private void receivesAndSpends(BitcoinjWallet wallet) {
    wallet.awaitHeight(chain.height());
    node.submit(chain.faucet().any());
    node.submit(chain.faucet().pay(wallet.freshScript(), "2"));
    wallet.awaitEstimated(Coin.parseCoin("2"));
    chain.mine(1);
    wallet.awaitAvailable(Coin.parseCoin("2"));

    String spending = wallet.sendAndAwaitEcho(wallet.freshAddress(), Coin.COIN);
    node.awaitMempool(spending);
    // What it spends next is an output of its own, which the filter has to remember.
    String next = wallet.sendAndAwaitEcho(wallet.freshAddress(), Coin.parseCoin("1.5"));
    node.awaitMempool(next);
    chain.mine(1);
    wallet.awaitHeight(chain.height());
    for (String txid : List.of(spending, next)) {
      Await.until(() -> txid + " is confirmed", () -> wallet.isConfirmed(txid));
    }
    assertThat(wallet.tip()).isEqualTo(chain.tip());
    assertThat(wallet.disconnections()).isZero();
    assertThat(node.inboundPeers()).hasSize(1);
  }

  @Test
  void aWalletFollowsAReorganisation() {
    try (BitcoinjWallet wallet = wallet(ScriptType.P2PKH)) {
      wallet.awaitHeight(chain.height());
      String payment = node.submit(chain.faucet().pay(wallet.freshScript(), "3"));
      wallet.awaitEstimated(Coin.parseCoin("3"));
      chain.mine(2);
      wallet.awaitHeight(chain.height());
      Await.until(() -> payment + " is confirmed", () -> wallet.isConfirmed(payment));

      int fork = chain.height() - 2;
      List<String> branch = node.mineOn(chain.at(fork), 3);
      chain.replaceFrom(fork + 1, branch);
      Await.until(() -> "the wallet has followed", () -> wallet.tip().equals(chain.tip()));
      Await.until(() -> payment + " is not confirmed", () -> !wallet.isConfirmed(payment));

      node.awaitMempool(payment);
      chain.mine(1);
      Await.until(() -> payment + " is confirmed again", () -> wallet.isConfirmed(payment));
      wallet.awaitAvailable(Coin.parseCoin("3"));
    }
  }

  @Test
  void aNeighbourWithHostileFiltersDisturbsNobody() {
    try (RawClient hostile = RawClient.to(server()).connect();
        RawClient idle = RawClient.to(server()).connect();
        BitcoinjWallet wallet = wallet(ScriptType.P2PKH)) {
      Item[] items = new Item[5_000];
      for (int i = 0; i < items.length; i++) {
        items[i] = new Item(Item.FILTERED_BLOCK, chain.at(1 + i % chain.height()));
      }
      byte[] bits = new byte[36_000];
      Arrays.fill(bits, (byte) 0xff);
      for (int i = 0; i < 20; i++) {
        hostile.send("filterload", new Payload().sized(bits).u32(50).u32(i).u8(1).toBytes());
        hostile.getData(items);
        hostile.send("mempool");
      }
      wallet.awaitHeight(chain.height());
      node.submit(chain.faucet().pay(wallet.freshScript(), "1"));
      wallet.awaitEstimated(Coin.COIN);
      assertThat(idle.fence()).allMatch(message -> message.command().equals("inv"));
      chain.mine(1);
      wallet.awaitAvailable(Coin.COIN);
      assertThat(hostile.isOpen()).isTrue();
    }
  }
}
