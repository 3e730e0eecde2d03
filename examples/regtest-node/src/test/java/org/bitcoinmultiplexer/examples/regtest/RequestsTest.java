package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.params.RegTestParams;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the node answers, in which order, and when it keeps silent. */
@Timeout(60)
class RequestsTest {
  private static final Sha256Hash NONE = Sha256Hash.ZERO_HASH;
  private static final Sha256Hash UNKNOWN = Sha256Hash.twiceOf(new byte[] {1});
  private static final Sha256Hash GENESIS = RegTestParams.get().getGenesisBlock().getHash();

  private RegtestNode node;

  @BeforeEach
  void start() throws Exception {
    node = RegtestNode.start(0);
  }

  @AfterEach
  void stop() {
    assertThat(node.violations()).isEmpty();
    node.close();
  }

  @Test
  void shakesHandsInCoresOrder() throws Exception {
    node.mine(3);
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.send("version", RawPeer.version(70016, 9, true));
      Payload version = peer.expect("version");
      assertThat(version.int32()).isEqualTo(70016);
      assertThat(version.int64()).isEqualTo(9);
      peer.expect("wtxidrelay");
      peer.expect("sendaddrv2");
      peer.expect("verack");
      peer.send("verack");
      Payload compact = peer.expect("sendcmpct");
      assertThat(compact.uint8()).isZero();
      assertThat(compact.int64()).isEqualTo(2);
      peer.expect("getheaders");
      assertThat(peer.expect("feefilter").int64()).isEqualTo(1000);
      peer.expectSilence();
    }
  }

  @Test
  void sparesOldVersionsWhatTheyDoNotKnow() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.send("version", RawPeer.version(70001, 0, true));
      peer.expect("version");
      peer.expect("verack");
      peer.send("verack");
      peer.expectSilence();
    }
  }

  @Test
  void ignoresWhatComesBeforeItsTime() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.send("verack");
      peer.getHeaders(List.of(), GENESIS);
      peer.send("version", RawPeer.version(70016, 0, true));
      peer.send("version", RawPeer.version(70016, 0, true));
      peer.getHeaders(List.of(), GENESIS);
      peer.expect("version");
      peer.send("verack");
      peer.send("verack");
      assertThat(peer.fence())
          .extracting(WireMessage::command)
          .doesNotContain("headers", "version");
    }
    assertThat(node.ignored())
        .extracting(PeerFault::reason)
        .containsExactly(
            "before version", "before version", "second version", "before verack", "second verack");
  }

  @Test
  void answersHeadersUpToTheStopAndEmptyAtTheTip() throws Exception {
    List<Sha256Hash> hashes = node.mine(2005);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.getHeaders(List.of(GENESIS), NONE);
      peer.getHeaders(List.of(UNKNOWN, hashes.get(1999)), NONE);
      peer.getHeaders(List.of(hashes.get(9)), hashes.get(14));
      peer.getHeaders(List.of(hashes.get(2000)), hashes.get(14));
      peer.getHeaders(List.of(UNKNOWN), hashes.get(0));
      peer.getHeaders(List.of(node.tip()), NONE);
      peer.getHeaders(List.of(), hashes.get(77));
      peer.getHeaders(List.of(), UNKNOWN);
      assertThat(peer.expectHeaders()).isEqualTo(hashes.subList(0, 2000));
      assertThat(peer.expectHeaders()).isEqualTo(hashes.subList(2000, 2005));
      assertThat(peer.expectHeaders()).isEqualTo(hashes.subList(10, 15));
      assertThat(peer.expectHeaders()).isEqualTo(hashes.subList(2001, 2005));
      assertThat(peer.expectHeaders()).containsExactly(hashes.get(0));
      assertThat(peer.expectHeaders()).isEmpty();
      assertThat(peer.expectHeaders()).containsExactly(hashes.get(77));
      peer.expectSilence();
    }
  }

  @Test
  void continuesTheInventoryOfBlocksAfterTheLastIsFetched() throws Exception {
    List<Sha256Hash> hashes = node.mine(510);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.getBlocks(List.of(GENESIS), NONE);
      List<InventoryVector> inventory = peer.expectInventory("inv");
      assertThat(inventory).extracting(InventoryVector::hash).isEqualTo(hashes.subList(0, 500));
      assertThat(inventory).extracting(InventoryVector::type).containsOnly(InventoryVector.BLOCK);

      InventoryVector last = inventory.get(499);
      peer.getData(inventory.get(498), last, last);
      assertThat(peer.expectBlock().header().hash()).isEqualTo(hashes.get(498));
      assertThat(peer.expectBlock().header().hash()).isEqualTo(last.hash());
      assertThat(peer.expectInventory("inv"))
          .extracting(InventoryVector::hash)
          .containsExactly(node.tip());
      assertThat(peer.expectBlock().header().hash()).isEqualTo(last.hash());
      peer.expectSilence();
    }
  }

  @Test
  void excludesTheStopFromTheInventoryOfBlocksAndIsSilentAtTheTip() throws Exception {
    List<Sha256Hash> hashes = node.mine(10);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.getBlocks(List.of(hashes.get(2)), hashes.get(5));
      assertThat(peer.expectInventory("inv"))
          .extracting(InventoryVector::hash)
          .containsExactly(hashes.get(3), hashes.get(4));
      peer.getBlocks(List.of(node.tip()), NONE);
      peer.getBlocks(List.of(hashes.get(2)), hashes.get(3));
      peer.expectSilence();
    }
  }

  @Test
  void answersEverythingInTheOrderOfTheRequests() throws Exception {
    List<Sha256Hash> hashes = node.mine(300);
    try (RawPeer peer = RawPeer.connect(node)) {
      List<String> expected = new ArrayList<>();
      for (int i = 0; i < 300; i++) {
        peer.getData(block(hashes.get(i)), block(UNKNOWN), block(hashes.get(299 - i)));
        peer.send("ping", Messages.int64(i));
        peer.getHeaders(List.of(hashes.get(i)), NONE);
        expected.addAll(List.of("block", "block", "pong", "headers"));
      }
      List<String> received = new ArrayList<>();
      for (int i = 0; i < expected.size(); i++) {
        received.add(peer.next().command());
      }
      assertThat(received).isEqualTo(expected);
      peer.expectSilence();
    }
    assertThat(node.stats().blocksServed()).isEqualTo(600);
    assertThat(node.stats().received("getdata")).isEqualTo(300);
  }

  @Test
  void keepsOrderAndPaceForAPeerThatReadsLate() throws Exception {
    List<Sha256Hash> hashes = node.mine(50);
    try (RawPeer peer = RawPeer.connect(node)) {
      InventoryVector[] items = new InventoryVector[50_000];
      for (int i = 0; i < items.length; i++) {
        items[i] = block(hashes.get(i % hashes.size()));
      }
      peer.getData(items);
      try (RawPeer other = RawPeer.connect(node)) {
        other.expectSilence();
      }
      for (InventoryVector item : items) {
        assertThat(BlockHeader.parse(peer.expect("block").bytes(80)).hash()).isEqualTo(item.hash());
      }
      peer.expectSilence();
    }
  }

  @Test
  void isSilentAboutUnknownBlocksAndInventoryTypes() throws Exception {
    node.mine(1);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.getData(
          block(UNKNOWN),
          new InventoryVector(InventoryVector.BLOCK, UNKNOWN),
          new InventoryVector(0, node.tip()),
          new InventoryVector(7, node.tip()),
          new InventoryVector(
              InventoryVector.FILTERED_BLOCK | InventoryVector.WITNESS_FLAG, node.tip()));
      peer.send("getaddr");
      peer.send("nonsense", (byte) 1);
      peer.send("ping");
      peer.send("getheaders", (byte) 1);
      peer.expectSilence();
    }
  }

  @Test
  void servesBlocksAndTransactionsInTheFlavourAskedFor() throws Exception {
    node.mine(101);
    Transaction payment = pay();
    Sha256Hash hash = node.mine(1).get(0);
    BlockBody whole = BlockBody.parse(node.block(hash).orElseThrow().serialize());
    assertThat(whole.stripped().length).isLessThan(whole.full().length);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.getData(
          new InventoryVector(InventoryVector.BLOCK, hash),
          block(hash),
          new InventoryVector(InventoryVector.COMPACT_BLOCK, hash),
          new InventoryVector(InventoryVector.TX, payment.getTxId()),
          new InventoryVector(InventoryVector.WITNESS_TX, payment.getTxId()),
          new InventoryVector(InventoryVector.WTX, payment.getWTxId()));
      TransactionBody body = whole.transactions().get(1);
      assertThat(peer.next().payload()).isEqualTo(whole.stripped());
      assertThat(peer.next().payload()).isEqualTo(whole.full());
      assertThat(peer.next().payload()).isEqualTo(whole.full());
      assertThat(peer.next().payload()).isEqualTo(body.stripped());
      assertThat(peer.next().payload()).isEqualTo(body.full());
      assertThat(peer.next().payload()).isEqualTo(body.full());
      // Only the transactions of the last block can be had.
      node.mine(1);
      peer.expectInventory("inv");
      peer.getData(new InventoryVector(InventoryVector.WTX, payment.getWTxId()));
      assertThat(peer.expectInventory("notfound")).hasSize(1);
    }
  }

  @Test
  void tellsWhatWasNotFoundAfterTheBlockThatFollows() throws Exception {
    Sha256Hash hash = node.mine(1).get(0);
    InventoryVector tx = new InventoryVector(InventoryVector.TX, UNKNOWN);
    InventoryVector wtx = new InventoryVector(InventoryVector.WTX, UNKNOWN);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.getData(tx, wtx, block(hash), tx, block(hash), wtx);
      peer.expectBlock();
      assertThat(peer.expectInventory("notfound")).containsExactly(tx, wtx);
      peer.expectBlock();
      assertThat(peer.expectInventory("notfound")).containsExactly(tx);
      assertThat(peer.expectInventory("notfound")).containsExactly(wtx);
      peer.expectSilence();
    }
  }

  @Test
  void refusesTransactionsUntilOneHasBeenAnnouncedOnTheConnection() throws Exception {
    node.mine(102);
    Transaction before = pay();
    InventoryVector item = new InventoryVector(InventoryVector.WTX, before.getWTxId());
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.getData(item);
      assertThat(peer.expectInventory("notfound")).containsExactly(item);
      pay();
      peer.expectInventory("inv");
      peer.getData(item);
      peer.expect("tx");
    }
  }

  @Test
  void isSilentAboutTransactionsToAPeerThatWantsNone() throws Exception {
    node.mine(101);
    try (RawPeer peer = RawPeer.dial(node).shakeHands(70016, 0, false, true)) {
      Transaction payment = pay();
      peer.getData(new InventoryVector(InventoryVector.WTX, payment.getWTxId()));
      peer.expectSilence();
    }
  }

  @Test
  void answersPartsOfRecentBlocksAndTheWholeOfDeepOnes() throws Exception {
    List<Sha256Hash> hashes = node.mine(20);
    try (RawPeer peer = RawPeer.connect(node)) {
      peer.send("getblocktxn", parts(hashes.get(9), 0));
      peer.send("getblocktxn", parts(hashes.get(8), 0));
      peer.send("getblocktxn", parts(UNKNOWN, 0));
      Payload part = peer.expect("blocktxn");
      assertThat(part.hash()).isEqualTo(hashes.get(9));
      assertThat(part.compactSize()).isEqualTo(1);
      assertThat(peer.expectBlock().header().hash()).isEqualTo(hashes.get(8));
      peer.expectSilence();
    }
  }

  static byte[] parts(Sha256Hash block, int index) {
    return new PayloadWriter().hash(block).compactSize(1).compactSize(index).toByteArray();
  }

  private static InventoryVector block(Sha256Hash hash) {
    return new InventoryVector(InventoryVector.WITNESS_BLOCK, hash);
  }

  private Transaction pay() {
    return node.pay(new ECKey().toAddress(ScriptType.P2WPKH, BitcoinNetwork.REGTEST), Coin.CENT);
  }
}
