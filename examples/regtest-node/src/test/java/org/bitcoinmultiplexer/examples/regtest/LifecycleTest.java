package org.bitcoinmultiplexer.examples.regtest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Restarts, stalls, and many peers at once. */
@Timeout(60)
class LifecycleTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void keepsPortAndChainWhileOffline() throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RawPeer peer = RawPeer.connect(node)) {
      Sha256Hash tip = node.mine(5).get(4);
      int port = node.port();
      node.goOffline();
      node.goOffline();
      peer.expectDisconnect();
      assertThatThrownBy(() -> RawPeer.dial(node)).isInstanceOf(ConnectException.class);
      assertThat(node.stats().connections()).isZero();
      node.goOnline();
      node.goOnline();
      assertThat(node.port()).isEqualTo(port);
      assertThat(node.tip()).isEqualTo(tip);
      try (RawPeer again = RawPeer.connect(node)) {
        again.expectSilence();
        assertThat(node.stats().accepted()).isEqualTo(2);
        node.disconnectPeers();
        again.expectDisconnect();
      }
      try (RawPeer third = RawPeer.connect(node)) {
        third.expectSilence();
      }
    }
  }

  @Test
  void hasItsPortAgainAtOnceHoweverOftenItGoes() throws Exception {
    try (RegtestNode node = RegtestNode.start(0)) {
      for (int i = 0; i < 200; i++) {
        node.goOffline();
        node.goOnline();
      }
      try (RawPeer peer = RawPeer.connect(node)) {
        peer.expectSilence();
      }
    }
  }

  @Test
  void answersLateAndInOrderAfterAStall() throws Exception {
    try (RegtestNode node = RegtestNode.start(0);
        RawPeer peer = RawPeer.connect(node)) {
      Sha256Hash old = node.mine(1).get(0);
      peer.expectInventory("inv");
      node.stall(true);
      peer.getData(new InventoryVector(InventoryVector.WITNESS_BLOCK, old));
      peer.send("ping", Messages.int64(1));
      Sha256Hash fresh = node.mine(1).get(0);
      // What would have been answered already arrives behind the news.
      assertThat(peer.expectInventory("inv"))
          .extracting(InventoryVector::hash)
          .containsExactly(fresh);
      assertThat(node.stats().received("getdata")).isZero();
      node.stall(false);
      assertThat(peer.expectBlock().header().hash()).isEqualTo(old);
      peer.expect("pong");
    }
  }

  @Test
  void closesWhileStalled() throws Exception {
    RegtestNode node = RegtestNode.start(0);
    try (RawPeer peer = RawPeer.connect(node)) {
      node.stall(true);
      peer.send("ping", Messages.int64(1));
      node.close();
      peer.expectDisconnect();
    }
  }

  @Test
  void servesTwoHundredPeers() throws Exception {
    try (RegtestNode node = RegtestNode.start(0)) {
      List<RawPeer> peers = new ArrayList<>();
      try {
        for (int i = 0; i < 200; i++) {
          peers.add(RawPeer.connect(node));
        }
        assertThat(node.stats().connections()).isEqualTo(200);
        Sha256Hash block = node.mine(1).get(0);
        for (RawPeer peer : peers) {
          assertThat(peer.expectInventory("inv"))
              .extracting(InventoryVector::hash)
              .containsExactly(block);
        }
      } finally {
        for (RawPeer peer : peers) {
          peer.close();
        }
      }
      node.await(() -> node.stats().connections() == 0, PATIENCE);
      assertThat(node.stats().bytesSent()).isPositive();
    }
  }

  @Test
  void saysWhatItSawWhenItWaitedInVain() throws Exception {
    try (RegtestNode node = RegtestNode.start(0)) {
      assertThatThrownBy(() -> node.await(() -> node.height() > 0, Duration.ofMillis(1)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("connections=0");
    }
  }
}
