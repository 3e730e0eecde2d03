package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.bitcoinj.base.Address;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionWitness;
import org.bitcoinj.crypto.ECKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the node announces to whom, and what it takes from peers. */
@Timeout(60)
class RelayTest {
  private static final Address SOMEBODY =
      new ECKey().toAddress(ScriptType.P2WPKH, BitcoinNetwork.REGTEST);

  private final ECKey key = new ECKey();
  private RegtestNode node;

  @BeforeEach
  void start() throws Exception {
    node = RegtestNode.start(0);
    node.mine(1, key.toAddress(ScriptType.P2WPKH, BitcoinNetwork.REGTEST));
    node.mine(102);
  }

  @AfterEach
  void stop() {
    assertThat(node.violations()).isEmpty();
    node.close();
  }

  @Test
  void announcesTransactionsByTheKindOfIdThePeerWants() throws Exception {
    try (RawPeer modern = RawPeer.connect(node);
        RawPeer old = RawPeer.dial(node).shakeHands(70015, 0, true, false);
        RawPeer blocksOnly = RawPeer.dial(node).shakeHands(70016, 0, false, true)) {
      Transaction payment = node.pay(SOMEBODY, Coin.CENT);
      assertThat(modern.expectInventory("inv"))
          .containsExactly(new InventoryVector(InventoryVector.WTX, payment.getWTxId()));
      assertThat(old.expectInventory("inv"))
          .containsExactly(new InventoryVector(InventoryVector.TX, payment.getTxId()));
      blocksOnly.expectSilence();
    }
  }

  @Test
  void respectsTheFeeFilter() throws Exception {
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.send("feefilter", Messages.int64(1_000_000));
      peer.expectSilence();
      Transaction cheap = node.pay(SOMEBODY, Coin.CENT);
      peer.getData(new InventoryVector(InventoryVector.WTX, cheap.getWTxId()));
      peer.expect("tx");
      peer.expectSilence();
    }
  }

  @Test
  void announcesBlocksByInventoryUnlessHeadersFit() throws Exception {
    try (RawPeer plain = RawPeer.connect(node);
        RawPeer ignorant = RawPeer.connect(node);
        RawPeer informed = RawPeer.connect(node)) {
      ignorant.send("sendheaders");
      ignorant.expectSilence();
      informed.send("sendheaders");
      informed.getHeaders(List.of(node.tip()), Sha256Hash.ZERO_HASH);
      informed.expectHeaders();
      Sha256Hash block = node.mine(1).get(0);
      InventoryVector item = new InventoryVector(InventoryVector.BLOCK, block);
      assertThat(plain.expectInventory("inv")).containsExactly(item);
      assertThat(ignorant.expectInventory("inv")).containsExactly(item);
      assertThat(informed.expectHeaders()).containsExactly(block);
    }
  }

  @Test
  void announcesAllHeadersOfAReorganisationButOnlyTheLastInventory() throws Exception {
    Sha256Hash fork = node.hashAt(node.height() - 1).orElseThrow();
    try (RawPeer plain = RawPeer.connect(node);
        RawPeer informed = RawPeer.connect(node)) {
      informed.send("sendheaders");
      informed.getHeaders(List.of(fork), Sha256Hash.ZERO_HASH);
      informed.expectHeaders();
      List<Sha256Hash> branch = node.mineOn(fork, 2);
      assertThat(node.tip()).isEqualTo(branch.get(1));
      assertThat(plain.expectInventory("inv"))
          .extracting(InventoryVector::hash)
          .containsExactly(branch.get(1));
      assertThat(informed.expectHeaders()).isEqualTo(branch);
      plain.expectSilence();
    }
  }

  @Test
  void doesNotAnnounceBlocksAPeerHasSeenInHeaders() throws Exception {
    List<BlockBody> blocks = Blocks.children(node, 2);
    try (RawPeer miner = RawPeer.connect(node);
        RawPeer other = RawPeer.connect(node)) {
      miner.send("block", blocks.get(0).full());
      miner.expect("sendheaders");
      miner.expectSilence();
      assertThat(node.tip()).isEqualTo(blocks.get(0).header().hash());
      other.expectInventory("inv");

      // Whoever has the header is believed to have the block.
      other.send("headers", header(blocks.get(1)));
      other.expect("sendheaders");
      miner.send("block", blocks.get(1).full());
      miner.expectSilence();
      other.expectSilence();
      assertThat(node.tip()).isEqualTo(blocks.get(1).header().hash());
    }
  }

  @Test
  void fetchesAnnouncedBlocksFromAPeerThatServesThem() throws Exception {
    List<BlockBody> blocks = Blocks.children(node, 2);
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.send("version", RawPeer.version(70016, 9, true));
      peer.send("verack");
      while (!peer.next().command().equals("getheaders")) {
        // The rest of the handshake.
      }
      peer.send("headers", (byte) 0);
      peer.fence();
      Sha256Hash last = blocks.get(1).header().hash();
      peer.send(
          "inv", Messages.inventory(List.of(new InventoryVector(InventoryVector.BLOCK, last))));
      Payload question = peer.expect("getheaders");
      question.int32();
      question.compactSize();
      assertThat(question.hash()).isEqualTo(node.tip());
      byte[] headers =
          new PayloadWriter()
              .compactSize(2)
              .bytes(blocks.get(0).header().bytes())
              .uint8(0)
              .bytes(blocks.get(1).header().bytes())
              .uint8(0)
              .toByteArray();
      peer.send("headers", headers);
      peer.expect("sendheaders");
      assertThat(peer.expectInventory("getdata"))
          .containsExactly(
              new InventoryVector(InventoryVector.WITNESS_BLOCK, blocks.get(0).header().hash()),
              new InventoryVector(InventoryVector.WITNESS_BLOCK, last));
      // In any order, since both headers are known.
      peer.send("block", blocks.get(1).full());
      peer.send("block", blocks.get(0).full());
      peer.expectSilence();
      assertThat(node.tip()).isEqualTo(last);
    }
  }

  @Test
  void asksForWhatWasAnnouncedWhileHeadersWereUnderWay() throws Exception {
    List<BlockBody> blocks = Blocks.children(node, 2);
    try (RawPeer peer = RawPeer.connect(node)) {
      for (BlockBody block : blocks) {
        peer.send(
            "inv",
            Messages.inventory(
                List.of(new InventoryVector(InventoryVector.BLOCK, block.header().hash()))));
      }
      peer.expect("getheaders");
      peer.expectSilence();
      peer.send("headers", header(blocks.get(0)));
      peer.expect("sendheaders");
      Payload question = peer.expect("getheaders");
      question.int32();
      question.bytes(32 * question.compactSize());
      assertThat(question.hash()).isEqualTo(blocks.get(1).header().hash());
      // No progress, no further question.
      peer.send("headers", header(blocks.get(0)));
      peer.expectSilence();
    }
  }

  @Test
  void fetchesAnnouncedTransactionsAndPassesThemOn() throws Exception {
    Transaction payment = elsewhere();
    try (RawPeer from = RawPeer.connect(node);
        RawPeer reserve = RawPeer.connect(node);
        RawPeer to = RawPeer.connect(node)) {
      InventoryVector item = new InventoryVector(InventoryVector.WTX, payment.getWTxId());
      from.send("inv", Messages.inventory(List.of(item)));
      assertThat(from.expectInventory("getdata")).containsExactly(item);
      reserve.send("inv", Messages.inventory(List.of(item)));
      reserve.expectSilence();
      from.send("notfound", Messages.inventory(List.of(item)));
      assertThat(reserve.expectInventory("getdata")).containsExactly(item);
      reserve.send("tx", payment.serialize());
      assertThat(to.expectInventory("inv")).containsExactly(item);
      from.expectSilence();
      reserve.expectSilence();
      assertThat(node.mempool()).containsExactly(payment.getTxId());
      reserve.getData(item);
      reserve.expect("tx");
    }
  }

  @Test
  void fetchesFromTheNextAnnouncerWhenTheFirstIsGone() throws Exception {
    InventoryVector item = new InventoryVector(InventoryVector.WTX, elsewhere().getWTxId());
    try (RawPeer first = RawPeer.connect(node);
        RawPeer second = RawPeer.connect(node)) {
      first.send("inv", Messages.inventory(List.of(item)));
      first.expectInventory("getdata");
      second.send("inv", Messages.inventory(List.of(item)));
      second.expectSilence();
      first.close();
      assertThat(second.expectInventory("getdata")).containsExactly(item);
    }
  }

  @Test
  void asksPeersWithoutWtxidInTheFlavourTheyServe() throws Exception {
    InventoryVector item = new InventoryVector(InventoryVector.TX, elsewhere().getTxId());
    try (RawPeer plain = RawPeer.dial(node).shakeHands(70015, 0, true, false)) {
      plain.send("inv", Messages.inventory(List.of(item)));
      assertThat(plain.expectInventory("getdata")).containsExactly(item);
    }
    try (RawPeer witness = RawPeer.dial(node).shakeHands(70015, 8, true, false)) {
      witness.send("inv", Messages.inventory(List.of(item)));
      assertThat(witness.expectInventory("getdata"))
          .containsExactly(new InventoryVector(InventoryVector.WITNESS_TX, item.hash()));
    }
  }

  @Test
  void dropsInvalidTransactionsAndKeepsThePeer() throws Exception {
    Transaction payment = elsewhere();
    TransactionWitness witness = payment.getInput(0).getWitness();
    byte[] signature = witness.getPush(0).clone();
    signature[20] ^= 1;
    Transaction forged = Transaction.read(ByteBuffer.wrap(payment.serialize()));
    forged.replaceInput(
        0, forged.getInput(0).withWitness(TransactionWitness.of(signature, witness.getPush(1))));
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.send("tx", forged.serialize());
      peer.expectSilence();
      assertThat(node.mempool()).isEmpty();
      assertThat(node.ignored().get(node.ignored().size() - 1).reason())
          .contains("does not satisfy its script");
      peer.send("tx", payment.serialize());
      peer.expectSilence();
      assertThat(node.mempool()).containsExactly(payment.getTxId());
    }
  }

  @Test
  void ignoresKnownAndLowBlocks() throws Exception {
    List<BlockBody> low = Blocks.children(node, 1);
    node.mine(2);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.send("block", node.block(node.tip()).orElseThrow().serialize());
      peer.expect("sendheaders");
      peer.send("block", low.get(0).full());
      peer.expectSilence();
      assertThat(node.block(low.get(0).header().hash())).isEmpty();
      // Unknown as it is, it cannot be had.
      peer.getData(new InventoryVector(InventoryVector.WITNESS_BLOCK, low.get(0).header().hash()));
      peer.expectSilence();
    }
  }

  /** A valid payment that the node does not know. */
  private Transaction elsewhere() {
    return Spends.coinbase(node, 1, key, SOMEBODY);
  }

  private static byte[] header(BlockBody block) {
    return new PayloadWriter().compactSize(1).bytes(block.header().bytes()).uint8(0).toByteArray();
  }
}
