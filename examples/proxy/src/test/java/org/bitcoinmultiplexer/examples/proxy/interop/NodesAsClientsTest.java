package org.bitcoinmultiplexer.examples.proxy.interop;

import com.google.gson.JsonElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two bitcoinds that know of each other only what goes through us: one is the node, the other a
 * client, which has the better chain.
 */
@NeedsBitcoind
@Timeout(120)
class NodesAsClientsTest {

  private static final int COMMON = 110;
  private static final byte[] OURS = {0x51};
  private static final byte[] THEIRS = {0x52};

  /** Both have the same chain, on disk; neither is connected. */
  private static void grow(Bitcoind node, Bitcoind client) {
    node.mine(COMMON, OURS);
    for (int height = 1; height <= COMMON; height++) {
      client.rpc("submitblock", HexFormat.of().formatHex(node.block(height)));
    }
  }

  /** What it mines before that it tells nobody of. */
  private static void connect(Bitcoind client, ProxyUnderTest.Running proxy) {
    client.dial(proxy.address());
    Await.until(() -> "the client is told our headers", () -> isToldHeaders(client));
  }

  private static boolean isToldHeaders(Bitcoind client) {
    for (JsonElement peer : client.rpc("getpeerinfo").getAsJsonArray()) {
      if (peer.getAsJsonObject().getAsJsonObject("bytesrecv_per_msg").has("headers")) {
        return true;
      }
    }
    return false;
  }

  private static void awaitTip(Bitcoind node, Bitcoind client) {
    String tip = client.tip();
    Await.until(
        () -> "the node is at " + node.height() + ", the client at " + client.height(),
        () -> node.tip().equals(tip));
  }

  @Test
  void aClientsBranchOvertakesTheNodesByTwoAndByThreeBlocks(@TempDir Path directory)
      throws Exception {
    try (Bitcoind node = Bitcoind.start(Files.createDirectory(directory.resolve("node")));
        Bitcoind client = Bitcoind.start(Files.createDirectory(directory.resolve("client")))) {
      grow(node, client);
      node.mine(2, OURS);
      client.mine(2, THEIRS);
      try (ProxyUnderTest.Running proxy = new LibraryProxy().start(node.address(), Way.CACHE);
          RawClient watcher = RawClient.to(proxy.address()).connect()) {
        connect(client, proxy);
        for (int over : List.of(1, 3)) {
          client.mine(over, THEIRS);
          awaitTip(node, client);
          watcher.expectInv(client.tip());
        }
      }
    }
  }

  @Test
  void aClientThatIsFiveAheadIsFollowed(@TempDir Path directory) throws Exception {
    try (Bitcoind node = Bitcoind.start(Files.createDirectory(directory.resolve("node")));
        Bitcoind client = Bitcoind.start(Files.createDirectory(directory.resolve("client")))) {
      grow(node, client);
      client.mine(5, THEIRS);
      try (ProxyUnderTest.Running proxy = new LibraryProxy().start(node.address(), Way.CACHE);
          RawClient watcher = RawClient.to(proxy.address()).connect()) {
        connect(client, proxy);
        client.mine(1, THEIRS);
        awaitTip(node, client);
        watcher.expectInv(client.tip());
        client.mine(40, THEIRS);
        awaitTip(node, client);
      }
    }
  }
}
