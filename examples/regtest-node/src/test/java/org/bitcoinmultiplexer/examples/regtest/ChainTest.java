package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.params.RegTestParams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mining, paying, what is valid, and reorganisations. */
class ChainTest {
  private final ECKey key = new ECKey();
  private final Address own = key.toAddress(ScriptType.P2WPKH, BitcoinNetwork.REGTEST);
  private final Address somebody = new ECKey().toAddress(ScriptType.P2PKH, BitcoinNetwork.REGTEST);
  private RegtestNode node;

  @BeforeEach
  void start() throws Exception {
    node = RegtestNode.start(0);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void startsFromTheGenesisBlockOfRegtest() {
    assertThat(node.height()).isZero();
    assertThat(node.tip()).isEqualTo(RegTestParams.get().getGenesisBlock().getHash());
    assertThat(node.hashAt(1)).isEmpty();
    assertThat(node.hashAt(-1)).isEmpty();
  }

  @Test
  void minesDistinctBlocksThatBitcoinjFindsValid() {
    node.mine(200, somebody);
    List<Sha256Hash> hashes = node.mine(2);
    assertThat(new HashSet<>(hashes)).hasSize(2);
    Block block = node.block(node.tip()).orElseThrow();
    Context.propagate(new Context());
    Block.verifyHeader(block);
    Block.verifyTransactions(
        RegTestParams.get(), block, 202, EnumSet.of(Block.VerifyFlag.HEIGHT_IN_COINBASE));
    assertThat(block.getHash()).isEqualTo(hashes.get(1));
    assertThat(block.getPrevBlockHash()).isEqualTo(hashes.get(0));
    assertThat(block.getTransactions().get(0).getOutput(0).getValue())
        .isEqualTo(Coin.valueOf(25, 0));
  }

  @Test
  void dealsOutRisingTimesThoughTheClockStandsStill() throws Exception {
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    try (RegtestNode still = RegtestNode.start(0, Clock.fixed(now, ZoneOffset.UTC))) {
      still.mine(100);
      assertThat(still.block(still.hashAt(1).orElseThrow()).orElseThrow().time()).isEqualTo(now);
      assertThat(still.block(still.tip()).orElseThrow().time())
          .isBetween(now.plusSeconds(10), now.plusSeconds(100));
    }
  }

  @Test
  void paysFromMatureCoinsOnly() {
    node.mine(99);
    assertThatThrownBy(() -> node.pay(somebody, Coin.COIN))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("100 deep");
    node.mine(1);
    // The change can be spent at once, so that one coin is enough for several payments.
    Transaction first = node.pay(somebody, Coin.COIN);
    Transaction second = node.pay(somebody, Coin.COIN);
    assertThat(node.mempool()).containsExactly(first.getTxId(), second.getTxId());
    node.mine(1);
    assertThat(node.mempool()).isEmpty();
    assertThat(node.block(node.tip()).orElseThrow().getTransactions())
        .extracting(Transaction::getTxId)
        .contains(first.getTxId(), second.getTxId());
  }

  @Test
  void paysFromManyCoins() {
    node.mine(130);
    Transaction payment = node.pay(somebody, Coin.valueOf(1000, 0));
    assertThat(payment.getInputs()).hasSizeGreaterThan(20);
    node.mine(1);
    assertThat(node.mempool()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = ScriptType.class,
      names = {"P2PKH", "P2WPKH"})
  void takesAndMinesASignedTransaction(ScriptType type) {
    node.mine(1, key.toAddress(type, BitcoinNetwork.REGTEST));
    node.mine(100, somebody);
    Transaction spend = Spends.coinbase(node, 1, key, somebody);
    node.submit(spend);
    node.mine(1, somebody);
    Block block = node.block(node.tip()).orElseThrow();
    assertThat(block.getTransactions()).hasSize(2);
    // The fee goes to the miner.
    assertThat(block.getTransactions().get(0).getOutput(0).getValue())
        .isEqualTo(Coin.FIFTY_COINS.add(Spends.FEE));
  }

  @Test
  void refusesInvalidTransactionsAndNamesTheReason() {
    node.mine(2, own);
    node.mine(98, somebody);
    Transaction spend = Spends.coinbase(node, 1, key, somebody);
    assertRefused(Spends.coinbase(node, 2, key, somebody), "immature coinbase");
    assertRefused(Spends.coinbase(node, 1, new ECKey(), somebody), "does not satisfy its script");
    assertRefused(Spends.output(spend.getOutput(0), key, somebody, Coin.CENT), "missing or spent");
    Transaction coinbase = node.block(node.tip()).orElseThrow().getTransactions().get(0);
    assertRefused(coinbase, "is a coinbase");
    Transaction first =
        node.block(node.hashAt(1).orElseThrow()).orElseThrow().getTransactions().get(0);
    assertRefused(
        Spends.output(first.getOutput(0), key, somebody, Coin.COIN.negate()), "creates 1.00 BTC");
    assertRefused(Spends.output(first.getOutput(0), key, somebody, Coin.SATOSHI), "fee below 1000");
    node.submit(spend);
    assertRefused(spend, "in the mempool already");
    assertRefused(
        Spends.output(first.getOutput(0), key, own, Coin.CENT),
        "conflicts with " + spend.getTxId());
    node.mine(1);
    assertRefused(spend, "missing or spent");
  }

  @Test
  void refusesABlockThatSpendsTwiceAndStaysOnItsChain() throws Exception {
    node.mine(1, own);
    node.mine(100, somebody);
    Node other = Blocks.copy(node);
    Transaction spend = Spends.coinbase(node, 1, key, somebody);
    MempoolEntry entry = new MempoolEntry(TransactionBody.of(spend), Spends.FEE, 1);
    Sha256Hash tip = node.tip();
    BlockBody bad =
        new BlockAssembler(Clock.systemUTC())
            .assemble(other.chain().tip(), List.of(entry, entry), Blocks.SOMEWHERE);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.send("block", bad.full());
      peer.expectDisconnect();
    }
    assertThat(node.violations()).hasSize(1);
    assertThat(node.violations().get(0).reason()).contains("missing or spent");
    assertThat(node.tip()).isEqualTo(tip);
    // Nothing of it is left.
    node.submit(spend);
    node.mine(1);
    assertThat(node.mempool()).isEmpty();
  }

  @Test
  void refusesABlockWhoseCoinbaseTakesTooMuch() throws Exception {
    node.mine(1, own);
    node.mine(100, somebody);
    // A fee that nobody pays: the entry lies about it.
    Transaction spend = Spends.coinbase(node, 1, key, somebody);
    MempoolEntry liar =
        new MempoolEntry(TransactionBody.of(spend), Spends.FEE.add(Coin.SATOSHI), 1);
    BlockBody bad =
        new BlockAssembler(Clock.systemUTC())
            .assemble(Blocks.copy(node).chain().tip(), List.of(liar), Blocks.SOMEWHERE);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.send("block", bad.full());
      peer.expectDisconnect();
    }
    assertThat(node.violations()).hasSize(1);
    assertThat(node.violations().get(0).reason()).contains("coinbase takes more");
    assertThat(node.height()).isEqualTo(101);
  }

  @Test
  void switchesToALongerBranchAndBack() {
    node.mine(1, own);
    node.mine(101, somebody);
    Sha256Hash fork = node.tip();
    Transaction spend = Spends.coinbase(node, 1, key, own);
    node.submit(spend);
    Sha256Hash mined = node.mine(1).get(0);
    Transaction child = Spends.output(spend.getOutput(0), key, somebody, Spends.FEE);
    node.submit(child);

    List<Sha256Hash> branch = node.mineOn(fork, 1);
    assertThat(node.tip()).isEqualTo(mined);
    assertThat(node.mempool()).containsExactly(child.getTxId());

    branch = node.mineOn(branch.get(0), 1);
    assertThat(node.tip()).isEqualTo(branch.get(0));
    assertThat(node.height()).isEqualTo(104);
    assertThat(node.mempool()).containsExactly(spend.getTxId(), child.getTxId());

    node.mineOn(mined, 2);
    assertThat(node.hashAt(103)).contains(mined);
    assertThat(node.height()).isEqualTo(105);
    assertThat(node.mempool()).containsExactly(child.getTxId());
    node.mine(1);
    assertThat(node.mempool()).isEmpty();
    assertThatThrownBy(() -> node.mineOn(Sha256Hash.ZERO_HASH, 1))
        .hasMessageContaining("unknown block");
  }

  @Test
  void servesTransactionsThatCameBackFromAReorganisationToAnybody() throws Exception {
    node.mine(101);
    Sha256Hash fork = node.tip();
    Transaction payment = node.pay(somebody, Coin.CENT);
    node.mine(1);
    node.mineOn(fork, 2);
    assertThat(node.mempool()).containsExactly(payment.getTxId());
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.getData(new InventoryVector(InventoryVector.WTX, payment.getWTxId()));
      peer.expect("tx");
    }
  }

  private void assertRefused(Transaction transaction, String reason) {
    assertThatThrownBy(() -> node.submit(transaction))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }
}
