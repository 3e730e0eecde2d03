package org.bitcoinmultiplexer.examples.regtest;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.listeners.DownloadProgressTracker;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.params.RegTestParams;
import org.bitcoinj.store.MemoryBlockStore;
import org.bitcoinj.wallet.SendRequest;
import org.bitcoinj.wallet.Wallet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A bitcoinj wallet without bloom filters lives on the node. */
@Timeout(120)
class BitcoinjWalletTest {
  private static final int TIMEOUT_SECONDS = 30;

  private RegtestNode node;
  private PeerGroup group;
  private BlockChain chain;
  private Wallet wallet;

  @BeforeEach
  void start() throws Exception {
    Context.propagate(new Context());
    node = RegtestNode.start(0);
  }

  @AfterEach
  void stop() {
    if (group != null) {
      group.stop();
    }
    node.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = ScriptType.class,
      names = {"P2PKH", "P2WPKH"})
  void syncsIsPaidAndSpends(ScriptType type) throws Exception {
    node.mine(110);
    connect(type);
    assertThat(chain.getBestChainHeight()).isEqualTo(110);

    CompletableFuture<Transaction> received = new CompletableFuture<>();
    wallet.addCoinsReceivedEventListener((w, tx, before, after) -> received.complete(tx));
    Transaction payment = node.pay(wallet.freshReceiveAddress(), Coin.COIN);
    assertThat(received.get(TIMEOUT_SECONDS, SECONDS).getTxId()).isEqualTo(payment.getTxId());
    Sha256Hash block = mineAndAwait();
    assertThat(node.block(block).orElseThrow().getTransactions()).hasSize(2);
    assertThat(wallet.getBalance()).isEqualTo(Coin.COIN);
    assertThat(node.mempool()).isEmpty();

    ECKey other = new ECKey();
    SendRequest request =
        SendRequest.to(other.toAddress(ScriptType.P2WPKH, BitcoinNetwork.REGTEST), Coin.CENT);
    wallet.sendCoins(request);
    Transaction spend = request.tx;
    node.await(() -> node.mempool().contains(spend.getTxId()), Duration.ofSeconds(TIMEOUT_SECONDS));
    mineAndAwait();
    assertThat(node.mempool()).isEmpty();
    assertThat(wallet.getTransaction(spend.getTxId()).getConfidence().getDepthInBlocks())
        .isEqualTo(1);
    assertThat(node.violations()).isEmpty();
  }

  @Test
  void followsAReorganisation() throws Exception {
    node.mine(110);
    connect(ScriptType.P2WPKH);
    Transaction payment = node.pay(wallet.freshReceiveAddress(), Coin.COIN);
    Sha256Hash fork = node.tip();
    mineAndAwait();
    assertThat(wallet.getBalance()).isEqualTo(Coin.COIN);

    CompletableFuture<Boolean> reorganised = new CompletableFuture<>();
    wallet.addReorganizeEventListener(w -> reorganised.complete(true));
    node.mineOn(fork, 2);
    reorganised.get(TIMEOUT_SECONDS, SECONDS);
    assertThat(wallet.getTransaction(payment.getTxId()).isPending()).isTrue();
    assertThat(node.mempool()).containsExactly(payment.getTxId());
    mineAndAwait();
    assertThat(wallet.getBalance()).isEqualTo(Coin.COIN);
    assertThat(node.violations()).isEmpty();
  }

  private void connect(ScriptType type) throws Exception {
    RegTestParams params = RegTestParams.get();
    wallet = Wallet.createDeterministic(BitcoinNetwork.REGTEST, type);
    chain =
        new BlockChain(
            BitcoinNetwork.REGTEST, wallet, new MemoryBlockStore(params.getGenesisBlock()));
    group = new PeerGroup(BitcoinNetwork.REGTEST, chain);
    group.setBloomFilteringEnabled(false);
    group.setUseLocalhostPeerWhenPossible(false);
    group.addWallet(wallet);
    group.addAddress(PeerAddress.simple(InetAddress.getLoopbackAddress(), node.port()));
    DownloadProgressTracker download = new DownloadProgressTracker();
    // In this order: a peer that connects while the download is begun may never be asked.
    group.startBlockChainDownload(download);
    group.startAsync().get(TIMEOUT_SECONDS, SECONDS);
    download.getFuture().get(TIMEOUT_SECONDS, SECONDS);
  }

  private Sha256Hash mineAndAwait() throws Exception {
    CompletableFuture<Boolean> arrived = new CompletableFuture<>();
    int height = node.height() + 1;
    chain.addNewBestBlockListener(
        block -> {
          if (block.getHeight() == height) {
            arrived.complete(true);
          }
        });
    Sha256Hash block = node.mine(1).get(0);
    arrived.get(TIMEOUT_SECONDS, SECONDS);
    return block;
  }
}
