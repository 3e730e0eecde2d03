package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.Peer;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.listeners.DownloadProgressTracker;
import org.bitcoinj.net.ClientConnectionManager;
import org.bitcoinj.utils.Threading;
import org.bitcoinj.wallet.KeyChainGroupStructure;
import org.bitcoinj.wallet.SendRequest;
import org.bitcoinj.wallet.Wallet;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.bitcoinj.BitcoinjPeerGroups;
import org.bitcoinmultiplexer.bitcoinj.MultiplexedWalletAppKit;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.BitcoinjWallet;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mockito.Mockito;

/** Wallets in one process, each with a peer group of its own, over one connection to a node. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class PeerGroupsTest {

  private EmbeddedNode node;
  private KnownChain chain;
  private BitcoinMultiplexer multiplexer;
  private BitcoinjPeerGroups groups;
  private final List<BitcoinjWallet> wallets = new ArrayList<>();

  @BeforeAll
  void mine() {
    Threading.ignoreLockCycles();
    node = new EmbeddedNode();
    chain = new KnownChain(node);
  }

  @AfterAll
  void endNode() {
    node.close();
  }

  @BeforeEach
  void start() {
    multiplexer =
        BitcoinMultiplexer.builder()
            .set("network", "regtest")
            .upstream("127.0.0.1:" + node.address().getPort())
            .build();
    multiplexer.start();
    groups = BitcoinjPeerGroups.of(multiplexer);
  }

  @AfterEach
  void end() {
    groups.close();
    multiplexer.close();
    wallets.clear();
    Await.until(() -> "nobody is connected any more", () -> node.inboundPeers().isEmpty());
    assertThat(node.faults()).isEmpty();
  }

  private BitcoinjWallet wallet() {
    BitcoinjWallet wallet = BitcoinjWallet.over(groups::newPeerGroup, ScriptType.P2WPKH);
    wallets.add(wallet);
    return wallet;
  }

  private BitcoinjWallet started() {
    BitcoinjWallet wallet = wallet();
    wallet.peers().startBlockChainDownload(new DownloadProgressTracker());
    wallet.peers().startAsync();
    return wallet;
  }

  private void fund(BitcoinjWallet wallet, Coin amount) {
    node.submit(chain.faucet().pay(wallet.freshScript(), amount.value));
    wallet.awaitEstimated(amount);
    chain.mine(1);
    wallet.awaitAvailable(amount);
  }

  private static long threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith(name))
        .count();
  }

  // ---- what it is for

  @Test
  void walletsPayEachOtherOverOneConnection() {
    BitcoinjWallet alice = started();
    BitcoinjWallet bob = started();
    fund(alice, Coin.COIN);
    assertThat(node.inboundPeers()).hasSize(1);

    alice.sendAndAwaitEcho(bob.freshAddress(), Coin.CENT);
    bob.awaitEstimated(Coin.CENT); // before it is mined
    chain.mine(1);
    bob.awaitAvailable(Coin.CENT);
    bob.sendAndAwaitEcho(alice.freshAddress(), Coin.MILLICOIN);
    chain.mine(1);
    bob.awaitHeight(chain.height());
    alice.awaitHeight(chain.height());
    assertThat(bob.tip()).isEqualTo(chain.tip()).isEqualTo(alice.tip());
    assertThat(alice.disconnections() + bob.disconnections()).isZero();
    assertThat(multiplexer.stats().clientsReady()).isEqualTo(2);
  }

  @Test
  void manyWalletsTakeNoThreadEach() {
    started().awaitHeight(chain.height());
    int before = Thread.activeCount();
    List<BitcoinjWallet> many = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      many.add(started());
    }
    many.forEach(wallet -> node.submit(chain.faucet().pay(wallet.freshScript(), 100_000)));
    many.forEach(wallet -> wallet.awaitEstimated(Coin.valueOf(100_000)));
    chain.mine(1);
    many.forEach(wallet -> wallet.awaitAvailable(Coin.valueOf(100_000)));
    assertThat(threads("PeerGroup Thread")).isZero();
    assertThat(threads("NioClientManager")).isZero();
    assertThat(Thread.activeCount() - before).isLessThan(10);
    assertThat(node.inboundPeers()).hasSize(1);
  }

  @Test
  void aKitDoesSoToo(@TempDir Path directory) throws Exception {
    MultiplexedWalletAppKit kit =
        new MultiplexedWalletAppKit(
            groups,
            BitcoinNetwork.REGTEST,
            ScriptType.P2WPKH,
            KeyChainGroupStructure.BIP43,
            directory.toFile(),
            "kit");
    kit.setAutoStop(false).setBlockingStartup(false).startAsync();
    kit.awaitRunning(Await.PATIENCE);
    BitcoinjWallet wallet = BitcoinjWallet.of(kit);
    wallet.awaitHeight(chain.height());
    fund(wallet, Coin.COIN);
    String payment = wallet.sendAndAwaitEcho(wallet.freshAddress(), Coin.CENT);
    chain.mine(1);
    Await.until(() -> payment + " is confirmed", () -> wallet.isConfirmed(payment));
    kit.stopAsync();
    kit.awaitTerminated(Await.PATIENCE);
  }

  // ---- what an order of calls would spoil elsewhere

  @Test
  void theChainIsDownloadedThoughAPeerWasThereBefore() {
    BitcoinjWallet wallet = wallet();
    wallet.peers().start();
    Await.until(() -> "it is connected", () -> wallet.connections() == 1);
    wallet.peers().startBlockChainDownload(new DownloadProgressTracker());
    wallet.awaitHeight(chain.height());
  }

  @Test
  void aWalletIsThereFromTheFirstBlockOn() {
    try (EmbeddedNode empty = new EmbeddedNode();
        BitcoinMultiplexer over =
            BitcoinMultiplexer.builder()
                .set("network", "regtest")
                .upstream("127.0.0.1:" + empty.address().getPort())
                .build();
        BitcoinjPeerGroups early = BitcoinjPeerGroups.of(over)) {
      over.start();
      BitcoinjWallet wallet = BitcoinjWallet.over(early::newPeerGroup, ScriptType.P2WPKH);
      wallet.peers().startBlockChainDownload(new DownloadProgressTracker());
      wallet.peers().startAsync();
      Await.until(() -> "it is connected", () -> wallet.connections() == 1);
      empty.mine(1, wallet.freshScript());
      wallet.awaitHeight(1);
      empty.mine(1, new byte[] {0x51});
      wallet.awaitHeight(2);
    }
  }

  @Test
  void addressesOfOneNodeChangeNothing() {
    BitcoinjWallet wallet = wallet();
    wallet.peers().setMaxConnections(1);
    wallet.peers().addAddress(PeerAddress.simple(node.address()));
    wallet.peers().addPeerDiscovery(Mockito.mock());
    wallet.peers().setRequiredServices(0);
    assertThat(wallet.peers().getMaxConnections()).isEqualTo(1);
    wallet.peers().startBlockChainDownload(new DownloadProgressTracker());
    wallet.peers().startAsync();
    wallet.awaitHeight(chain.height());
    assertThat(node.inboundPeers()).hasSize(1);
  }

  @Test
  void aGroupHasAsManyPeersAsItWants() {
    BitcoinjWallet wallet = wallet();
    wallet.peers().setMaxConnections(3);
    wallet.peers().startBlockChainDownload(new DownloadProgressTracker());
    wallet.peers().startAsync();
    Await.until(() -> "it has three peers", () -> wallet.connections() == 3);
    assertThat(wallet.peers().getConnectedPeers())
        .extracting(Peer::getAddress)
        .doesNotHaveDuplicates();
    wallet.awaitHeight(chain.height());
    fund(wallet, Coin.COIN);
    wallet.peers().setMaxConnections(1);
    Await.until(() -> "it has one peer", () -> wallet.connections() == 1);
    wallet.sendAndAwaitEcho(wallet.freshAddress(), Coin.CENT);
  }

  // ---- paying

  @Test
  void aPaymentIsKnownToBeRelayedWhateverContextTheThreadHas() throws Exception {
    BitcoinjWallet alice = started();
    BitcoinjWallet bob = started();
    fund(alice, Coin.COIN);
    Context.propagate(new Context());
    alice.sendAndAwaitEcho(bob.freshAddress(), Coin.CENT);
    bob.awaitEstimated(Coin.CENT);
    Thread without =
        new Thread(() -> alice.sendAndAwaitEcho(bob.freshAddress(), Coin.CENT), "no context");
    without.start();
    without.join(Await.PATIENCE.toMillis());
    bob.awaitEstimated(Coin.CENT.multiply(2));
  }

  @Test
  void aPaymentOfAThreadWithoutContextIsHeardOfByTheWalletThatCameLast() throws Exception {
    BitcoinjWallet alice = started();
    fund(alice, Coin.COIN);
    BitcoinjWallet last = started();
    last.awaitHeight(chain.height());
    Thread without =
        new Thread(() -> alice.sendAndAwaitEcho(last.freshAddress(), Coin.CENT), "no context");
    without.start();
    without.join(Await.PATIENCE.toMillis());
    last.awaitEstimated(Coin.CENT);
  }

  @Test
  void noPeerIsDroppedForHavingBeenSentAPayment() throws Exception {
    BitcoinjWallet wallet = started();
    fund(wallet, Coin.COIN);
    ExecutorService usual = Threading.THREAD_POOL;
    ExecutorService dropper = Mockito.mock();
    Threading.THREAD_POOL = dropper;
    try {
      Wallet.SendResult sent =
          wallet.wallet().sendCoins(SendRequest.to(wallet.freshAddress(), Coin.CENT));
      Await.result(sent.awaitRelayed(), () -> "the payment is relayed");
    } finally {
      Threading.THREAD_POOL = usual;
    }
    Mockito.verifyNoInteractions(dropper);
  }

  // ---- waiting, stopping, blocking

  @Test
  void groupsWaitForTheFirstNode() {
    groups.close();
    multiplexer.close();
    node.kill();
    start();
    BitcoinjWallet wallet = started();
    assertThat(wallet.connections()).isZero();
    node.restart();
    wallet.awaitHeight(chain.height());
    assertThat(wallet.disconnections()).isZero();
  }

  @Test
  void aGroupThatStopsEndsAlone() throws Exception {
    BitcoinjWallet one = started();
    BitcoinjWallet other = started();
    one.awaitHeight(chain.height());
    other.awaitHeight(chain.height());
    one.peers().stop();
    Await.until(() -> "one client is left", () -> multiplexer.stats().clients() == 1);
    chain.mine(1);
    other.awaitHeight(chain.height());
    assertThat(other.disconnections()).isZero();
  }

  @Test
  void aWalletWhoseListenerBlocksKeepsNoOtherWaiting() throws Exception {
    BitcoinjWallet blocked = started();
    BitcoinjWallet other = started();
    blocked.awaitHeight(chain.height());
    other.awaitHeight(chain.height());
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    blocked
        .wallet()
        .addCoinsReceivedEventListener(
            Threading.SAME_THREAD,
            (wallet, payment, before, after) -> {
              entered.countDown();
              try {
                go.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    node.submit(chain.faucet().pay(blocked.freshScript(), "1"));
    assertThat(entered.await(Await.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    fund(other, Coin.COIN);
    go.countDown();
    blocked.awaitAvailable(Coin.COIN);
  }

  @Test
  void closingEndsAllGroupsAndTheirThreads() {
    BitcoinjWallet wallet = started();
    wallet.awaitHeight(chain.height());
    groups.close();
    assertThat(wallet.peers().isRunning()).isFalse();
    Await.until(() -> "no client is left", () -> multiplexer.stats().clients() == 0);
    Await.until(() -> "no thread is left", () -> threads("bitcoinj-") == 0);
    assertThatThrownBy(this::wallet).isInstanceOf(IllegalStateException.class);
  }

  // ---- other ways in

  /** What somebody has who has a peer group of his own already. */
  private static final class OwnPeerGroup extends PeerGroup {
    OwnPeerGroup(BitcoinNetwork network, BlockChain chain, ClientConnectionManager connections) {
      super(network, chain, connections);
      setUseLocalhostPeerWhenPossible(false);
      addAddress(PeerAddress.simple(node(), 18444));
    }

    private static InetAddress node() {
      return InetAddress.getLoopbackAddress();
    }
  }

  @Test
  void aGroupOfOnesOwnGetsFrames() {
    Context context = new Context();
    Context.propagate(context);
    BitcoinjWallet wallet =
        BitcoinjWallet.over(
            (network, blocks) ->
                new OwnPeerGroup(network, blocks, groups.newConnectionManager(network, context)),
            ScriptType.P2WPKH);
    wallet.peers().startBlockChainDownload(new DownloadProgressTracker());
    wallet.peers().startAsync();
    wallet.awaitHeight(chain.height());
    fund(wallet, Coin.COIN);
    wallet.sendAndAwaitEcho(wallet.freshAddress(), Coin.CENT);
    chain.mine(1);
    wallet.awaitHeight(chain.height());
    assertThat(wallet.disconnections()).isZero();
    wallet.peers().stop();
  }

  @Test
  void aWalletOfAnotherNetworkIsRefused() {
    assertThatThrownBy(() -> groups.newPeerGroup(BitcoinNetwork.MAINNET, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("mainnet")
        .hasMessageContaining("regtest");
  }
}
