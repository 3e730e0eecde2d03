package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bitcoinj.base.Sha256Hash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** For what the node disconnects, and that it still serves at the very limit. */
@Timeout(60)
class ViolationsTest {
  private static final Sha256Hash UNKNOWN = Sha256Hash.twiceOf(new byte[] {1});
  private static final InventoryVector ITEM = new InventoryVector(InventoryVector.WTX, UNKNOWN);

  private interface Action {
    void on(RegtestNode node, RawPeer peer) throws IOException;
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        violation("wrong network magic", (node, peer) -> peer.sendBytes(new byte[24])),
        violation("payload length 4000001 above", (node, peer) -> peer.sendBytes(oversized())),
        violation("wtxidrelay after verack", (node, peer) -> peer.send("wtxidrelay")),
        violation("sendaddrv2 after verack", (node, peer) -> peer.send("sendaddrv2")),
        violation("feature after verack", (node, peer) -> peer.send("feature")),
        violation("inv of 50001 items", (node, peer) -> peer.send("inv", items(50_001))),
        violation("getdata of 50001 items", (node, peer) -> peer.send("getdata", items(50_001))),
        violation("locator of 102 hashes", (node, peer) -> peer.getHeaders(locator(102), UNKNOWN)),
        violation("locator of 102 hashes", (node, peer) -> peer.getBlocks(locator(102), UNKNOWN)),
        violation("2001 headers", (node, peer) -> peer.send("headers", count(2001))),
        violation("1001 addresses", (node, peer) -> peer.send("addr", addresses(1001))),
        violation("1001 addresses", (node, peer) -> peer.send("addrv2", addresses(1001))),
        violation("without NODE_BLOOM", (node, peer) -> peer.send("filterload", (byte) 0)),
        violation("without NODE_BLOOM", (node, peer) -> peer.send("filteradd", (byte) 0)),
        violation("without NODE_BLOOM", (node, peer) -> peer.send("filterclear")),
        violation("without NODE_BLOOM", (node, peer) -> peer.send("mempool")),
        violation(
            "filtered block",
            (node, peer) ->
                peer.getData(new InventoryVector(InventoryVector.FILTERED_BLOCK, UNKNOWN))),
        violation(
            "without NODE_COMPACT_FILTERS", (node, peer) -> peer.send("getcfilters", new byte[37])),
        violation(
            "sendcmpct announces 2",
            (node, peer) -> peer.send("sendcmpct", new byte[] {2, 2, 0, 0, 0, 0, 0, 0, 0})),
        violation("without indexes", (node, peer) -> peer.send("getblocktxn", noParts(node.tip()))),
        violation(
            "index 1 of 1",
            (node, peer) -> peer.send("getblocktxn", RequestsTest.parts(node.tip(), 1))),
        violation("with unknown parent", (node, peer) -> peer.send("block", orphan(node))),
        violation("merkle root", (node, peer) -> peer.send("block", withOtherTransaction(node))),
        violation(
            "coinbase witness missing", (node, peer) -> peer.send("block", child(node).stripped())),
        violation("proof of work", (node, peer) -> peer.send("headers", header(withoutWork(node)))),
        violation("do not follow", (node, peer) -> peer.send("headers", header(two(node)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("violations")
  void endsTheConnectionAndSaysWhy(String reason, Action action) throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RawPeer innocent = startWith(node);
        RawPeer peer = RawPeer.connect(node)) {
      action.on(node, peer);
      peer.expectDisconnect();
      assertThat(node.violations()).hasSize(1);
      assertThat(node.violations().get(0).reason()).contains(reason);
      assertThat(node.violations().get(0).connection()).isEqualTo(2);
      innocent.expectSilence();
    }
  }

  @Test
  void refusesVersionsBelowTheLowest() throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RawPeer peer = RawPeer.dial(node)) {
      peer.send("version", RawPeer.version(31799, 0, true));
      peer.expectDisconnect();
      assertThat(node.violations())
          .extracting(PeerFault::reason)
          .containsExactly("version 31799 below 31800");
    }
  }

  @Test
  void servesAtTheLimits() throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RawPeer peer = startWith(node)) {
      peer.send(
          "inv", Messages.inventory(Collections.nCopies(50_000, new InventoryVector(9, UNKNOWN))));
      peer.getHeaders(locator(101), UNKNOWN);
      assertThat(peer.expectHeaders()).hasSize(3);
      peer.send("nonsense", new byte[Frames.MAX_PAYLOAD]);
      byte[] badChecksum = Frames.encode("ping", new byte[8]);
      badChecksum[Frames.HEADER_SIZE - 1] ^= 1;
      peer.sendBytes(badChecksum);
      peer.send("getdata", (byte) 0xfd, (byte) 1, (byte) 0);
      peer.expectSilence();
      assertThat(node.violations()).isEmpty();
      assertThat(node.ignored())
          .extracting(PeerFault::reason)
          .contains("bad checksum", "malformed: non-canonical size 1");
    }
  }

  private static RawPeer startWith(RegtestNode node) throws IOException {
    node.mine(3);
    return RawPeer.connect(node);
  }

  private static Arguments violation(String reason, Action action) {
    return Arguments.of(reason, action);
  }

  private static byte[] oversized() {
    byte[] frame = Frames.encode("ping", new byte[0]);
    frame[16] = 0x01;
    frame[17] = 0x09;
    frame[18] = 0x3d;
    return frame;
  }

  private static byte[] items(int count) {
    return Messages.inventory(Collections.nCopies(count, ITEM));
  }

  private static List<Sha256Hash> locator(int count) {
    return Collections.nCopies(count, UNKNOWN);
  }

  private static byte[] count(int count) {
    return new PayloadWriter().compactSize(count).toByteArray();
  }

  private static byte[] addresses(int count) {
    return new PayloadWriter().compactSize(count).bytes(new byte[30 * count]).toByteArray();
  }

  private static byte[] noParts(Sha256Hash block) {
    return new PayloadWriter().hash(block).compactSize(0).toByteArray();
  }

  private static BlockBody child(RegtestNode node) throws IOException {
    return Blocks.children(node, 1).get(0);
  }

  private static byte[] orphan(RegtestNode node) throws IOException {
    return Blocks.children(node, 2).get(1).full();
  }

  private static byte[] withOtherTransaction(RegtestNode node) throws IOException {
    List<BlockBody> blocks = Blocks.children(node, 2);
    return BlockBody.of(blocks.get(0).header(), blocks.get(1).transactions()).full();
  }

  private static byte[] withoutWork(RegtestNode node) throws IOException {
    byte[] header = child(node).header().bytes().clone();
    do {
      header[76]++;
    } while (BlockHeader.meetsRegtestTarget(BlockHeader.hashOf(header)));
    return header;
  }

  /** Two headers in the wrong order. */
  private static byte[] two(RegtestNode node) throws IOException {
    List<BlockBody> blocks = Blocks.children(node, 2);
    return new PayloadWriter()
        .bytes(blocks.get(1).header().bytes())
        .uint8(0)
        .bytes(blocks.get(0).header().bytes())
        .toByteArray();
  }

  private static byte[] header(byte[] headers) {
    return new PayloadWriter()
        .compactSize(headers.length > 100 ? 2 : 1)
        .bytes(headers)
        .uint8(0)
        .toByteArray();
  }
}
