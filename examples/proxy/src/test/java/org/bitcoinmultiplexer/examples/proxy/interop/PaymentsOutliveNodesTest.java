package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.bitcoinj.core.Transaction;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.Payload;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a bitcoind has accepted of clients is in the mempool of whichever bitcoind is there. */
@NeedsBitcoind
@Timeout(180)
class PaymentsOutliveNodesTest {

  private static final int PAYMENTS = 20;
  private static final String TRUST = "-whitelist=noban,relay@127.0.0.1";

  private BitcoinMultiplexer multiplexer(String strategy, Path data, Bitcoind... nodes)
      throws IOException {
    var builder = BitcoinMultiplexer.builder().set("network", "regtest").strategy(strategy);
    StringBuilder upstreams = new StringBuilder();
    for (Bitcoind node : nodes) {
      upstreams
          .append(upstreams.isEmpty() ? "" : ",")
          .append("127.0.0.1:")
          .append(node.address().getPort());
    }
    builder.set("upstream", upstreams.toString());
    if (data != null) {
      builder.dataDirectory(data);
    }
    BitcoinMultiplexer multiplexer = builder.build();
    multiplexer.start();
    return multiplexer;
  }

  private static RawClient client(BitcoinMultiplexer multiplexer) throws IOException {
    InetSocketAddress address =
        multiplexer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).address();
    return RawClient.to(address).connect();
  }

  /** Sends payments and waits until it is told that the node has each of them. */
  private static Set<String> pay(RawClient wallet, KnownChain chain) {
    Set<String> payments = new TreeSet<>();
    for (int i = 0; i < PAYMENTS; i++) {
      byte[] payment = chain.faucet().any();
      payments.add(Wire.txid(payment));
      wallet.send("tx", payment);
    }
    Set<String> untold = new TreeSet<>(payments);
    while (!untold.isEmpty()) {
      Wire.items(wallet.expect("inv").payload()).forEach(item -> untold.remove(item.hash()));
    }
    return payments;
  }

  private static void awaitMempool(Bitcoind node, Set<String> payments) {
    Await.until(
        () -> node.mempool().size() + " of " + payments.size() + " payments are in its mempool",
        () -> node.mempool().equals(payments));
  }

  @Test
  void theyAreThereAgainAfterTheNodeWasKilledAndWeWereRestarted(
      @TempDir Path directory, @TempDir Path data) throws IOException {
    try (Bitcoind node = Bitcoind.start(directory, TRUST)) {
      KnownChain chain = new KnownChain(node);
      Set<String> payments;
      try (BitcoinMultiplexer multiplexer = multiplexer("cache", data, node);
          RawClient wallet = client(multiplexer)) {
        payments = pay(wallet, chain);
        awaitMempool(node, payments);
        node.kill();
        node.restart();
        awaitMempool(node, payments);
        node.kill();
      }
      node.restart();
      assertThat(node.mempool()).isEmpty();
      try (BitcoinMultiplexer again = multiplexer("cache", data, node)) {
        awaitMempool(node, payments);
        chain.mine(1);
        assertThat(again.stats().clients()).isZero();
      }
    }
  }

  @Test
  void theyReachTheNextNode(@TempDir Path one, @TempDir Path other) throws IOException {
    try (Bitcoind first = Bitcoind.start(one, TRUST);
        Bitcoind second = Bitcoind.start(other, TRUST)) {
      KnownChain chain = new KnownChain(first);
      second.dial(first.address());
      second.awaitHeight(chain.height());
      second.rpc("setnetworkactive", false);
      Await.until(() -> "they part", () -> first.inboundPeers().isEmpty());
      second.rpc("setnetworkactive", true);
      try (BitcoinMultiplexer multiplexer = multiplexer("key", null, first, second);
          RawClient wallet = client(multiplexer)) {
        Set<String> payments = pay(wallet, chain);
        assertThat(second.mempool()).isEmpty();
        first.kill();
        awaitMempool(second, payments);
      }
    }
  }

  // ---- one parent and one child

  private record Family(byte[] parent, byte[] child) {}

  private static final byte[] ANYBODY =
      HexFormat.of()
          .parseHex("00204ae81572f06e1b88fd5ced7a1a000945432e83e1551e6f721ee9c00b8cc33260");

  /** A parent without a fee, which a node takes only together with the child that pays for it. */
  private static Family family(Bitcoind node, KnownChain chain, int height) {
    Transaction coinbase = Wire.transactions(node.block(height)).get(0);
    long coin = coinbase.getOutput(0).getValue().value;
    byte[] parent = spend(coinbase.getTxId().toString(), coin);
    return new Family(parent, spend(Wire.txid(parent), coin - 100_000));
  }

  private static byte[] spend(String txid, long value) {
    return new Payload()
        .u32(2)
        .u8(0)
        .u8(1)
        .size(1)
        .hash(txid)
        .u32(0)
        .sized(new byte[0])
        .u32(0xffffffffL)
        .size(1)
        .u64(value)
        .sized(ANYBODY)
        .size(1)
        .sized(new byte[] {0x51})
        .u32(0)
        .toBytes();
  }

  private static void serve(RawClient wallet, byte[] transaction) {
    List<Item> asked = new ArrayList<>();
    wallet.expect(
        "getdata",
        payload -> {
          asked.clear();
          asked.addAll(Wire.items(payload));
          return asked.stream().anyMatch(item -> item.hash().equals(Wire.txid(transaction)));
        });
    wallet.send("tx", transaction);
  }

  private static void announce(RawClient wallet, byte[] transaction) {
    wallet.send("inv", Wire.items(List.of(new Item(Item.TX, Wire.txid(transaction)))));
  }

  @Test
  void aParentWithoutFeeAndItsChildAreAcceptedInWhateverOrderTheyCome(@TempDir Path directory)
      throws IOException {
    try (Bitcoind node = Bitcoind.start(directory, TRUST)) {
      KnownChain chain = new KnownChain(node);
      try (BitcoinMultiplexer multiplexer = multiplexer("key", null, node);
          RawClient wallet = client(multiplexer)) {
        for (int order = 0; order < 5; order++) {
          Family family = family(node, chain, 40 + order);
          switch (order) {
            case 0 -> {
              wallet.send("tx", family.parent);
              wallet.send("tx", family.child);
            }
            case 1 -> {
              wallet.send("tx", family.child);
              wallet.send("tx", family.parent);
            }
            case 2 -> {
              wallet.send("tx", family.child);
              serve(wallet, family.parent);
            }
            case 3 -> {
              announce(wallet, family.child);
              serve(wallet, family.child);
              serve(wallet, family.parent);
            }
            default -> {
              announce(wallet, family.child);
              announce(wallet, family.parent);
              serve(wallet, family.child);
              serve(wallet, family.parent);
            }
          }
          Set<String> both = Set.of(Wire.txid(family.parent), Wire.txid(family.child));
          int which = order;
          Await.until(
              () -> "order " + which + ": " + node.mempool(),
              () -> node.mempool().containsAll(both));
        }
      }
    }
  }
}
