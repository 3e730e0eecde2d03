package org.bitcoinmultiplexer.examples.proxy.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinj.base.Coin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * That the peers understand each other without anything in between: what fails here is the
 * harness's fault and no multiplexer's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
abstract class UpstreamNodeContract {
  private UpstreamNode node;
  private Faucet faucet;
  private List<String> chain;

  /** A node whose chain survives a kill and restart. */
  abstract UpstreamNode start(Path directory);

  /** Whether it matches transactions against a client's filter. */
  boolean offersBloom() {
    return true;
  }

  @BeforeAll
  void startNode(@TempDir Path directory) {
    node = start(directory);
    faucet = new Faucet(node, Faucet.Kind.WITNESS);
    chain = new ArrayList<>(List.of(Wire.GENESIS));
    chain.addAll(faucet.mine(Faucet.MATURITY + 10));
  }

  @AfterAll
  void endNode() {
    if (node != null) {
      node.close();
    }
  }

  private void mine(int blocks) {
    chain.addAll(faucet.mine(blocks));
  }

  @Test
  void servesHeadersAndBlocksToARawClient() {
    try (RawClient client = RawClient.to(node.address()).connect()) {
      client.getHeaders(List.of(Wire.GENESIS), Wire.ZERO_HASH);
      assertThat(Wire.headers(client.expect("headers").payload()))
          .isEqualTo(chain.subList(1, chain.size()));

      client.getData(
          new Item(Item.WITNESS_BLOCK, chain.get(3)),
          new Item(Item.BLOCK, chain.get(1)),
          new Item(Item.WITNESS_BLOCK, chain.get(2)));
      assertThat(client.fence())
          .extracting(message -> Wire.blockHash(message.payload()))
          .containsExactly(chain.get(3), chain.get(1), chain.get(2));
      assertThat(node.inboundPeers()).isNotEmpty();
    }
  }

  @Test
  void tellsARawClientOfNewBlocksAndTransactions() {
    try (RawClient client = RawClient.to(node.address()).connect()) {
      // bitcoind announces to those who have shown interest in the chain.
      client.getHeaders(List.of(node.tip()), Wire.ZERO_HASH);
      client.fence();
      mine(1);
      assertThat(client.expectInv(node.tip()).type()).isEqualTo(Item.BLOCK);

      byte[] transaction = faucet.any();
      String txid = node.submit(transaction);
      assertThat(txid).isEqualTo(Wire.txid(transaction));
      assertThat(client.expectInv(txid).type()).isEqualTo(Item.TX);
      client.getData(new Item(Item.WITNESS_TX, txid));
      assertThat(client.expect("tx").payload()).isEqualTo(transaction);
      assertThat(node.mempool()).contains(txid);
    }
  }

  @Test
  void acceptsATransactionFromARawClient() {
    try (RawClient client = RawClient.to(node.address()).connect()) {
      byte[] transaction = faucet.any();
      client.offer(transaction);
      node.awaitMempool(Wire.txid(transaction));
    }
  }

  @Test
  void paysABitcoinjWalletThatLoadsWholeBlocks() {
    paysAWallet(BitcoinjWallet.Mode.WHOLE_BLOCKS);
  }

  @Test
  void paysABitcoinjWalletThatLoadsABloomFilter() {
    assumeThat(offersBloom()).isTrue();
    paysAWallet(BitcoinjWallet.Mode.BLOOM);
  }

  private void paysAWallet(BitcoinjWallet.Mode mode) {
    try (BitcoinjWallet wallet = BitcoinjWallet.connect(node.address(), mode)) {
      wallet.awaitHeight(node.height());
      node.submit(faucet.pay(wallet.freshScript(), "1.5"));
      wallet.awaitEstimated(Coin.parseCoin("1.5"));
      mine(1);
      wallet.awaitAvailable(Coin.parseCoin("1.5"));

      if (!node.takesUnrequestedTransactions()) {
        return;
      }
      String spent = wallet.send(wallet.freshAddress(), Coin.COIN);
      node.awaitMempool(spent);
      mine(1);
      wallet.awaitHeight(node.height());
      Await.until(() -> spent + " confirmed", () -> wallet.isConfirmed(spent));
    }
  }

  @Test
  @NeedsNode
  void isFollowedByABcoinClient() {
    try (BcoinNode client = BcoinNode.syncingFrom(node.address())) {
      client.awaitHeight(node.height());
      assertThat(client.tip()).isEqualTo(node.tip());
      mine(2);
      client.awaitHeight(node.height());
      assertThat(client.tip()).isEqualTo(node.tip());
      assertThat(client.outboundPeers()).hasSize(1);
    }
  }

  @Test
  void keepsItsChainWhenKilledAndRestarted() {
    String tip = node.tip();
    try (RawClient client = RawClient.to(node.address()).connect()) {
      node.kill();
      client.awaitClosed();
      node.restart();
    }
    try (RawClient client = RawClient.to(node.address()).connect()) {
      assertThat(node.tip()).isEqualTo(tip);
      client.getData(new Item(Item.BLOCK, tip));
      assertThat(Wire.blockHash(client.expect("block").payload())).isEqualTo(tip);
    }
  }

  @Test
  void showsItsBlocksToItsOperator() {
    assertThat(Wire.blockHash(node.block(5))).isEqualTo(chain.get(5));
    assertThat(node.tip()).isEqualTo(chain.get(node.height()));
  }
}
