package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.BcoinNode;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.NeedsNode;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Filters work here as they do with nodes that have them, of which is asked nothing but blocks for
 * that.
 */
@Timeout(180)
class FilterDifferentialTest {

  private static final List<Way> WAYS = List.of(Way.SERIAL, Way.KEY, Way.SEQUENCE, Way.CACHE);
  private static final int ROUNDS = 100;

  @Test
  @NeedsNode
  void asBcoinDoes() {
    try (BcoinNode node = BcoinNode.inMemory(true)) {
      compare(node, chainOf(node), false);
    }
  }

  @Test
  @NeedsBitcoind
  void asBitcoindDoes(@TempDir Path directory) {
    try (Bitcoind node =
        Bitcoind.start(
            directory, "-peerbloomfilters=1", "-whitelist=noban,mempool,bloomfilter@127.0.0.1")) {
      KnownChain chain = chainOf(node);
      compare(node, chain, true);
      compareMempools(node, chain);
    }
  }

  /** With keys next to hashes in outputs: one of the ways to update a filter is about these. */
  private static KnownChain chainOf(UpstreamNode node) {
    KnownChain chain = new KnownChain(node);
    payToAll(node, chain);
    chain.mine(1);
    return chain;
  }

  private static void payToAll(UpstreamNode node, KnownChain chain) {
    String one = "21" + "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
    String other = "21" + "02c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
    for (String script :
        List.of(
            one + "ac",
            "51" + one + other + "52ae",
            "76a914" + "11".repeat(20) + "88ac",
            "a914" + "22".repeat(20) + "87",
            "0014" + "33".repeat(20))) {
      node.submit(chain.faucet().pay(HexFormat.of().parseHex(script), 100_000));
    }
  }

  private void compare(UpstreamNode node, KnownChain chain, boolean clears) {
    long seed = Long.getLong("interop.seed", System.nanoTime() % 1_000_000);
    System.out.println(getClass().getSimpleName() + ": seed " + seed);
    FilterDifferential differential = new FilterDifferential(chain);
    for (Way way : WAYS) {
      try (ProxyUnderTest.Running proxy =
          ProxyUnderTest.between(new LibraryProxy(), node.address(), way)) {
        differential.run(node.address(), proxy.address(), new Random(seed), ROUNDS, clears);
      }
    }
  }

  /**
   * The same of transactions that wait, in whatever order. These filters remember nothing, because
   * what a small one then matches depends on what it was shown before.
   */
  private static void compareMempools(UpstreamNode node, KnownChain chain) {
    try (ProxyUnderTest.Running proxy =
            ProxyUnderTest.between(new LibraryProxy(), node.address(), Way.KEY);
        RawClient direct = RawClient.to(node.address()).connect();
        RawClient client = RawClient.to(proxy.address()).connect()) {
      payToAll(node, chain);
      Await.until(
          () -> "the multiplexer has heard of all",
          () -> items(client.ask("mempool", new byte[0])).size() == node.mempool().size());
      direct.fence(); // behind the announcements
      client.fence();
      Random random = new Random(1);
      int some = 0;
      for (int round = 0; round < 50; round++) {
        byte[] bits = new byte[20];
        random.nextBytes(bits);
        byte[] load = new Payload().sized(bits).u32(1 + round % 7).u32(round).u8(0).toBytes();
        List<List<Item>> answers = new ArrayList<>();
        for (RawClient each : List.of(direct, client)) {
          each.send("filterload", load);
          answers.add(items(each.ask("mempool", new byte[0])));
        }
        assertThat(new TreeSet<>(answers.get(1).stream().map(Item::hash).toList()))
            .as("round %d", round)
            .isEqualTo(new TreeSet<>(answers.get(0).stream().map(Item::hash).toList()));
        some += answers.get(0).size();
      }
      assertThat(some).isBetween(1, 249);

      chain.mine(1);
      client.send("filterclear");
      Await.until(
          () -> "the mempool is empty", () -> items(client.ask("mempool", new byte[0])).isEmpty());
    }
  }

  private static List<Item> items(List<Received> answer) {
    return answer.stream()
        .filter(message -> message.command().equals("inv"))
        .flatMap(message -> Wire.items(message.payload()).stream())
        .filter(item -> item.type() == Item.TX)
        .toList();
  }
}
