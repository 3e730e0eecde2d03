package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.BcoinNode;
import org.bitcoinmultiplexer.examples.proxy.peers.BitcoinjWallet;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.NeedsNode;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Received;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What clients may expect of a multiplexer, whatever they are and whatever the node is: the same as
 * of the node itself, and that no other client makes a difference.
 *
 * <p>One node serves all tests of a class, in all ways; each test gets a multiplexer of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
abstract class InteropSuite {
  @Parameter Way way;
  private UpstreamNode node;
  private KnownChain chain;
  private ProxyUnderTest.Running proxy;
  private List<String> faultsBefore = List.of();

  /** A node whose chain survives being killed. */
  abstract UpstreamNode startNode(Path directory);

  /** What is tested. */
  ProxyUnderTest proxyUnderTest() {
    return new LibraryProxy();
  }

  @BeforeAll
  void startNodeWithAChain(@TempDir Path directory) {
    node = startNode(directory);
    chain = new KnownChain(node);
  }

  @AfterAll
  void endNode() {
    if (node != null) {
      node.close();
    }
  }

  @BeforeEach
  void startProxy() {
    String ways = System.getProperty("interop.ways", "");
    assumeThat(ways.isEmpty() || ways.contains(way.name())).isTrue();
    faultsBefore = node.faults();
    proxy = ProxyUnderTest.between(proxyUnderTest(), node.address(), way);
  }

  @AfterEach
  void endProxy() {
    if (proxy == null) {
      return;
    }
    proxy.close();
    proxy = null;
    if (way.shares()) {
      assertThat(node.faults()).as("what the node found wrong").isEqualTo(faultsBefore);
    }
    Await.until(
        () -> "nobody is connected any more, but " + node.inboundPeers(),
        () -> node.inboundPeers().isEmpty());
  }

  private InetSocketAddress server() {
    return proxy.address();
  }

  private RawClient raw() {
    return RawClient.to(server()).connect();
  }

  // ---- together

  @Test
  @NeedsNode
  void servesAWalletAFullNodeAndARawClientOverOneConnection() {
    try (BitcoinjWallet wallet =
            BitcoinjWallet.connect(server(), BitcoinjWallet.Mode.WHOLE_BLOCKS);
        BcoinNode follower = BcoinNode.syncingFrom(server());
        RawClient raw = raw()) {
      wallet.awaitHeight(chain.height());
      follower.awaitHeight(chain.height());
      assertThat(follower.tip()).isEqualTo(chain.tip());
      assertThat(node.inboundPeers()).hasSize(way.shares() ? 1 : 3);

      raw.getHeaders(List.of(chain.tip()), Wire.ZERO_HASH);
      raw.fence();
      String payment = node.submit(chain.faucet().pay(wallet.freshScript(), "1.5"));
      raw.expectInv(payment);
      wallet.awaitEstimated(Coin.parseCoin("1.5"));

      chain.mine(1);
      raw.expectInv(chain.tip());
      wallet.awaitAvailable(Coin.parseCoin("1.5"));
      follower.awaitHeight(chain.height());

      if (way.shares() || node.takesUnrequestedTransactions()) {
        String spending = wallet.send(wallet.freshAddress(), Coin.COIN);
        node.awaitMempool(spending);
        raw.expectInv(spending);
        follower.awaitMempool(spending);
        chain.mine(1);
        wallet.awaitHeight(chain.height());
        Await.until(() -> spending + " is confirmed", () -> wallet.isConfirmed(spending));
      }
      follower.awaitHeight(chain.height());
      assertThat(follower.tip()).isEqualTo(chain.tip());
      assertThat(follower.faults()).isEmpty();
      assertThat(wallet.disconnections()).isZero();
      assertThat(node.inboundPeers()).hasSize(way.shares() ? 1 : 3);
    }
  }

  @Test
  void servesAWalletWithWitnessAddresses() {
    assumeThat(way.shares() || node.takesUnrequestedTransactions()).isTrue();
    try (BitcoinjWallet wallet =
        BitcoinjWallet.connect(server(), BitcoinjWallet.Mode.WHOLE_BLOCKS, ScriptType.P2WPKH)) {
      paysAndSpends(wallet);
    }
  }

  @Test
  void servesAWalletAppKit(@TempDir Path directory) {
    assumeThat(way.shares() || node.takesUnrequestedTransactions()).isTrue();
    try (BitcoinjWallet wallet =
        BitcoinjWallet.launchKit(server(), directory, BitcoinjWallet.Mode.WHOLE_BLOCKS)) {
      paysAndSpends(wallet);
    }
  }

  private void paysAndSpends(BitcoinjWallet wallet) {
    wallet.awaitHeight(chain.height());
    node.submit(chain.faucet().pay(wallet.freshScript(), "2"));
    wallet.awaitEstimated(Coin.parseCoin("2"));
    chain.mine(1);
    wallet.awaitAvailable(Coin.parseCoin("2"));
    String spending = wallet.send(wallet.freshAddress(), Coin.COIN);
    node.awaitMempool(spending);
    chain.mine(1);
    wallet.awaitHeight(chain.height());
    Await.until(() -> spending + " is confirmed", () -> wallet.isConfirmed(spending));
    assertThat(wallet.disconnections()).isZero();
  }

  // ---- a raw client's conversation

  @Test
  void answersTheItemsOfABatchInTheirOrder() {
    byte[] transaction = chain.faucet().any();
    String txid = node.submit(transaction);
    String unknown = RandomRequest.unknown(new Random(1));
    try (RawClient client = raw()) {
      client.getData(
          new Item(Item.WITNESS_BLOCK, chain.at(7)),
          new Item(Item.WITNESS_TX, unknown),
          new Item(Item.BLOCK, chain.at(3)),
          new Item(Item.BLOCK, unknown),
          new Item(Item.WITNESS_BLOCK, chain.tip()),
          new Item(Item.BLOCK, chain.tip()),
          new Item(Item.BLOCK, chain.at(3)));
      List<Received> answer = client.fence();
      List<byte[]> blocks =
          answer.stream().filter(m -> m.command().equals("block")).map(Received::payload).toList();
      assertThat(blocks)
          .extracting(Wire::blockHash)
          .containsExactly(chain.at(7), chain.at(3), chain.tip(), chain.tip(), chain.at(3));
      assertThat(blocks.get(2)).isEqualTo(chain.block(chain.height()));
      assertThat(Wire.hasWitness(blocks.get(0))).isTrue();
      assertThat(Wire.hasWitness(blocks.get(3))).isFalse();
      assertThat(notFound(answer)).contains(new Item(Item.WITNESS_TX, unknown));
      assertThat(notFound(answer))
          .isSubsetOf(new Item(Item.WITNESS_TX, unknown), new Item(Item.BLOCK, unknown));
      assertThat(answer).extracting(Received::command).isSubsetOf("block", "notfound", "inv");
    }
    chain.mine(1);
    assertThat(Wire.hasWitness(chain.block(chain.height()))).isTrue();
    assertThat(txid).isEqualTo(Wire.txid(transaction));
  }

  private static List<Item> notFound(List<Received> answer) {
    return answer.stream()
        .filter(message -> message.command().equals("notfound"))
        .flatMap(message -> Wire.items(message.payload()).stream())
        .toList();
  }

  @Test
  void answersPingsInOrderAndBehindWhatWasAskedBefore() {
    try (RawClient client = raw()) {
      for (int nonce = 1; nonce <= 100; nonce++) {
        client.getData(new Item(Item.WITNESS_BLOCK, chain.at(nonce)));
        client.getHeaders(List.of(chain.at(nonce)), chain.at(nonce + 1));
        client.ping(nonce);
      }
      client.expectPong(100);
      List<String> answers =
          client.log().stream()
              .filter(m -> Set.of("block", "headers", "pong").contains(m.command()))
              .map(
                  m ->
                      switch (m.command()) {
                        case "block" -> "block " + Wire.blockHash(m.payload());
                        case "headers" -> "headers " + Wire.headers(m.payload());
                        default -> "pong " + m.payload()[0];
                      })
              .toList();
      List<String> expected = new ArrayList<>();
      for (int nonce = 1; nonce <= 100; nonce++) {
        expected.add("block " + chain.at(nonce));
        expected.add("headers [" + chain.at(nonce + 1) + "]");
        expected.add("pong " + nonce);
      }
      assertThat(answers).isEqualTo(expected);
    }
  }

  @Test
  void twoClientsPingWithTheSameNonce() {
    try (RawClient one = raw();
        RawClient other = raw()) {
      for (int i = 0; i < 20; i++) {
        one.ping(7);
        other.ping(7);
      }
      for (RawClient client : List.of(one, other)) {
        for (int i = 0; i < 20; i++) {
          client.expectPong(7);
        }
        assertThat(client.fence()).noneMatch(message -> message.command().equals("pong"));
      }
    }
  }

  // ---- news

  @Test
  void tellsEveryClientOfANewBlockOnce() {
    List<RawClient> clients = new ArrayList<>();
    try {
      IntStream.range(0, 8).forEach(i -> clients.add(raw()));
      for (RawClient client : clients) {
        client.getHeaders(List.of(chain.tip()), Wire.ZERO_HASH);
        client.fence();
      }
      for (int i = 0; i < 5; i++) {
        chain.mine(1);
        // One of them learns of it by asking, which must not keep the others from hearing of it.
        clients.get(0).getHeaders(List.of(chain.at(chain.height() - 1)), Wire.ZERO_HASH);
        for (RawClient client : clients.subList(1, clients.size())) {
          assertThat(client.expectInv(chain.tip()).type()).isEqualTo(Item.BLOCK);
        }
      }
      for (RawClient client : clients) {
        client.fence();
        assertThat(announced(client)).doesNotHaveDuplicates();
      }
    } finally {
      clients.forEach(RawClient::close);
    }
  }

  private static List<Item> announced(RawClient client) {
    return client.log().stream()
        .filter(message -> message.command().equals("inv"))
        .flatMap(message -> Wire.items(message.payload()).stream())
        .toList();
  }

  @Test
  void bringsATransactionOfOneClientToTheNodeAndToTheOthers() {
    byte[] transaction = chain.faucet().any();
    String txid = Wire.txid(transaction);
    try (RawClient sender = raw();
        RawClient byTxid = raw();
        RawClient byWtxid = RawClient.to(server()).wtxidRelay().connect();
        RawClient wantsNone = RawClient.to(server()).relay(false).connect()) {
      byTxid.fence(); // so that both are known to be there
      byWtxid.fence();
      sender.offer(transaction);
      node.awaitMempool(txid);

      assertThat(byTxid.expectInv(txid).type()).isEqualTo(Item.TX);
      byTxid.getData(new Item(Item.WITNESS_TX, txid), new Item(Item.TX, txid));
      assertThat(byTxid.expect("tx").payload()).isEqualTo(transaction);
      byte[] stripped = byTxid.expect("tx").payload();
      assertThat(stripped).hasSizeLessThan(transaction.length);
      assertThat(Wire.txid(stripped)).isEqualTo(txid);

      if (node.speaksWtxids()) {
        String wtxid = Wire.wtxid(transaction);
        assertThat(byWtxid.expectInv(wtxid).type()).isEqualTo(Item.WTX);
        byWtxid.getData(new Item(Item.WTX, wtxid));
        assertThat(byWtxid.expect("tx").payload()).isEqualTo(transaction);
      }
      assertThat(wantsNone.fence()).isEmpty();
    }
    chain.mine(1);
  }

  @Test
  void aPaymentThatTheNodeRefusesReachesNobodyElse() {
    assumeThat(way.shares()).isTrue();
    try (BitcoinjWallet wallet =
            BitcoinjWallet.connect(server(), BitcoinjWallet.Mode.WHOLE_BLOCKS);
        RawClient forger = raw();
        RawClient byTxid = raw();
        RawClient byWtxid = RawClient.to(server()).wtxidRelay().connect()) {
      wallet.awaitHeight(chain.height());
      byte[] forged = chain.faucet().forge(wallet.freshScript(), "7");
      byte[] payment = chain.faucet().pay(wallet.freshScript(), "1.5");
      forger.send("tx", forged);
      forger.send("tx", payment);

      node.awaitMempool(Wire.txid(payment));
      byTxid.expectInv(Wire.txid(payment));
      wallet.awaitEstimated(Coin.parseCoin("1.5"));
      assertThat(forger.expectInv(Wire.txid(payment)).type())
          .as("who submitted it is told that the node has it")
          .isEqualTo(Item.TX);

      Item unseen = new Item(Item.WITNESS_TX, Wire.txid(forged));
      byTxid.getData(unseen);
      byWtxid.getData(new Item(Item.WTX, Wire.wtxid(forged)));
      assertThat(notFound(byTxid.fence())).containsExactly(unseen);
      assertThat(byWtxid.fence()).extracting(Received::command).doesNotContain("tx");
      for (RawClient client : List.of(forger, byTxid, byWtxid)) {
        assertThat(announced(client))
            .extracting(Item::hash)
            .doesNotContain(Wire.txid(forged), Wire.wtxid(forged))
            .doesNotHaveDuplicates();
      }
      assertThat(wallet.estimated()).isEqualTo(Coin.parseCoin("1.5"));
      assertThat(node.mempool()).doesNotContain(Wire.txid(forged));
    }
    chain.mine(1);
  }

  // ---- trouble

  @Test
  @NeedsNode
  void losesNoClientAndNoAnswerWhenTheNodeIsKilled() {
    assumeThat(way.shares()).isTrue();
    try (Load load = new Load(server(), chain, 8, 42);
        BitcoinjWallet wallet = BitcoinjWallet.connect(server(), BitcoinjWallet.Mode.WHOLE_BLOCKS);
        BcoinNode follower = BcoinNode.syncingFrom(server())) {
      wallet.awaitHeight(chain.height());
      follower.awaitHeight(chain.height());
      Set<String> connection = follower.outboundPeers();
      for (int i = 0; i < 3; i++) {
        load.awaitMore(10);
        node.kill();
        node.restart();
      }
      load.awaitMore(30);
      load.end();

      chain.mine(2);
      wallet.awaitHeight(chain.height());
      follower.awaitHeight(chain.height());
      assertThat(follower.tip()).isEqualTo(chain.tip());
      assertThat(follower.outboundPeers()).isEqualTo(connection);
      assertThat(wallet.disconnections()).isZero();
      // What was unanswered at a loss may have been asked beside the shared connection.
      Await.until(() -> "one connection is left", () -> node.inboundPeers().size() == 1);
    }
  }

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.examples.proxy.interop.Violation#all")
  void aViolationCostsNobodyElseAnything(Violation violation) {
    assumeThat(way.shares() || !node.bansAddresses()).isTrue();
    try (RawClient good = raw()) {
      // A node lists a peer a moment after it has said its last word of the handshake.
      Await.until(() -> "there is a connection", () -> !node.inboundPeers().isEmpty());
      String connection = oldest(node.inboundPeers());
      try (RawClient bad = violation.shakesHands() ? raw() : RawClient.to(server()).open()) {
        violation.act().accept(bad, chain);
        // Two rounds: what was wrong may only be noticed upstream after the first.
        for (int round = 0; round < 2; round++) {
          good.getHeaders(List.of(chain.at(5)), chain.at(15));
          good.getData(new Item(Item.WITNESS_BLOCK, chain.at(round + 1)));
          List<Received> answer =
              good.fence().stream().filter(m -> !m.command().equals("inv")).toList();
          assertThat(answer).extracting(Received::command).containsExactly("headers", "block");
          assertThat(Wire.headers(answer.get(0).payload())).isEqualTo(chain.between(5, 15));
          assertThat(Wire.blockHash(answer.get(1).payload())).isEqualTo(chain.at(round + 1));
        }
        if (way.shares()) {
          // Whether 'mempool' is permitted is tried beside it, right after it has been opened.
          Await.until(() -> "one connection is left", () -> node.inboundPeers().size() == 1);
          assertThat(node.inboundPeers()).containsExactly(connection);
        }
      }
    }
  }

  /** Of those that are counted up. */
  private static String oldest(Set<String> peers) {
    return peers.stream()
        .min(Comparator.comparingInt(String::length).thenComparing(p -> p))
        .orElseThrow();
  }

  // ---- the whole truth

  @Test
  void answersRandomRequestsOfManyClientsAsTheNodeItselfDoes() {
    long seed = Long.getLong("interop.seed", System.nanoTime() % 1_000_000);
    System.out.println(getClass().getSimpleName() + " " + way + ": seed " + seed);
    new Differential(node.address(), server(), chain, seed).run(50, 100);
  }
}
