package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Numbered requests, by the bytes of their specification. */
class NumbersTest {
  private static final int REQUEST = 0;
  private static final int PART = 1;
  private static final int LAST = 2;
  private static final int END = 3;
  private static final int BIT = 1 << 28;

  private RegtestNode node;

  @BeforeEach
  void start() throws IOException {
    node = RegtestNode.start(0);
    node.takeNumbers(true);
    node.mine(3);
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void agreesWithAPeerThatOffers() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.send("version", RawPeer.version(70016, BIT, true));
      peer.expect("version");
      peer.expect("wtxidrelay");
      peer.expect("sendaddrv2");
      peer.send("sendseq", offer());
      Payload answer = peer.expect("sendseq");
      assertThat(answer.int32()).isEqualTo(1);
      assertThat(answer.int32()).isEqualTo(1_000);
      peer.expect("verack");
      peer.send("verack");
      peer.fence();
    }
  }

  @Test
  void doesNotSpeakOfNumbersToAPeerThatDoesNotOffer() throws Exception {
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.send("version", RawPeer.version(70016, BIT, true));
      peer.send("verack");
      assertThat(peer.fence()).extracting(WireMessage::command).doesNotContain("sendseq");
    }
  }

  @Test
  void knowsNothingOfNumbersUnlessToldTo() throws Exception {
    node.takeNumbers(false);
    try (RawPeer peer = RawPeer.dial(node)) {
      peer.send("version", RawPeer.version(70016, BIT, true));
      peer.send("sendseq", offer());
      peer.send("verack");
      assertThat(peer.fence()).extracting(WireMessage::command).doesNotContain("sendseq");
    }
  }

  @Test
  void answersByNumberAndSaysWhereTheAnswerEnds() throws Exception {
    try (RawPeer peer = agreed()) {
      number(peer, 7, REQUEST);
      peer.getHeaders(List.of(genesis()), Sha256Hash.ZERO_HASH);
      expectNumber(peer, 7, LAST);
      assertThat(peer.expect("headers").count(81)).isEqualTo(3);

      number(peer, 8, REQUEST);
      peer.send(
          "getdata",
          Messages.inventory(
              List.of(
                  new InventoryVector(InventoryVector.WITNESS_BLOCK, node.tip()),
                  new InventoryVector(InventoryVector.WITNESS_TX, node.tip()))));
      expectNumber(peer, 8, PART);
      peer.expect("block");
      expectNumber(peer, 8, LAST);
      peer.expect("notfound");

      number(peer, 8, REQUEST);
      peer.send(
          "getdata",
          Messages.inventory(
              List.of(new InventoryVector(InventoryVector.WITNESS_BLOCK, Sha256Hash.ZERO_HASH))));
      expectNumber(peer, 8, END);
      number(peer, 8, REQUEST);
      peer.send("unheardof");
      expectNumber(peer, 8, END);
    }
    assertThat(node.violations()).isEmpty();
  }

  @Test
  void endsTheConnectionOfAPeerThatNumbersNumbers() throws Exception {
    try (RawPeer peer = agreed()) {
      number(peer, 7, REQUEST);
      number(peer, 8, REQUEST);
      peer.expectDisconnect();
    }
    assertThat(node.violations())
        .extracting(PeerFault::reason)
        .containsExactly("seq 8 follows a seq");
  }

  @Test
  void endsTheConnectionIfAMessageIsLostAmongNumberedOnes() throws Exception {
    try (RawPeer peer = agreed()) {
      byte[] frame = Frames.encode("ping", new byte[8]);
      frame[frame.length - 1] ^= 1;
      peer.sendBytes(frame);
      peer.expectDisconnect();
    }
    assertThat(node.violations())
        .extracting(PeerFault::reason)
        .containsExactly("bad checksum among numbered messages");
  }

  private RawPeer agreed() throws IOException {
    RawPeer peer = RawPeer.dial(node);
    peer.send("version", RawPeer.version(70016, BIT, true));
    peer.send("sendseq", offer());
    peer.send("verack");
    peer.fence();
    return peer;
  }

  private Sha256Hash genesis() {
    return node.hashAt(0).orElseThrow();
  }

  private static byte[] offer() {
    return new PayloadWriter().int32(1).int32(0).toByteArray();
  }

  private static void number(RawPeer peer, long id, int kind) throws IOException {
    peer.send("seq", new PayloadWriter().int64(id).uint8(kind).toByteArray());
  }

  private static void expectNumber(RawPeer peer, long id, int kind) throws IOException {
    Payload number = peer.expect("seq");
    assertThat(number.int64()).isEqualTo(id);
    assertThat(number.uint8()).isEqualTo(kind);
  }
}
