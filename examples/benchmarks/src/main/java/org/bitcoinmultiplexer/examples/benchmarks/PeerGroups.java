package org.bitcoinmultiplexer.examples.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.core.BlockChain;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.NetworkParameters;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.core.listeners.DownloadProgressTracker;
import org.bitcoinj.store.BlockStoreException;
import org.bitcoinj.store.MemoryBlockStore;
import org.bitcoinj.utils.Threading;
import org.bitcoinj.wallet.Wallet;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.bitcoinj.BitcoinjPeerGroups;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;

/**
 * Wallets made with bitcoinj, each with a peer group of its own, in this process: in memory and,
 * with bitcoinj's own groups, over loopback. Node, multiplexer and wallets share the processors, so
 * times are those of the whole.
 */
final class PeerGroups {

  private static final BitcoinNetwork NETWORK = BitcoinNetwork.REGTEST;
  private static final int BLOCKS = 300;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** How a group gets to the multiplexer. */
  private enum Plug {
    MEMORY("in memory") {
      @Override
      PeerGroup group(BitcoinjPeerGroups groups, InetSocketAddress address, BlockChain chain) {
        return groups.newPeerGroup(NETWORK, chain);
      }
    },
    LOOPBACK("over loopback, bitcoinj's own") {
      @Override
      PeerGroup group(BitcoinjPeerGroups groups, InetSocketAddress address, BlockChain chain) {
        PeerGroup group = new PeerGroup(NETWORK, chain);
        group.setUseLocalhostPeerWhenPossible(false);
        group.setStallThreshold(10, 0);
        group.addAddress(PeerAddress.simple(address));
        return group;
      }
    };

    private final String words;

    Plug(String words) {
      this.words = words;
    }

    abstract PeerGroup group(
        BitcoinjPeerGroups groups, InetSocketAddress address, BlockChain chain);
  }

  private record Client(Wallet wallet, BlockChain chain) {

    int height() {
      return chain.getBestChainHeight();
    }

    boolean has(Wallet.BalanceType type) {
      return wallet.getBalance(type).isPositive();
    }
  }

  private final Report report;
  private final List<List<String>> rows = new ArrayList<>();

  PeerGroups(Report report) {
    this.report = report;
  }

  void run(List<Integer> counts) throws IOException {
    Threading.ignoreLockCycles();
    for (int count : counts) {
      for (Plug plug : Plug.values()) {
        measure(plug, count);
      }
    }
    report.table(
        "A peer group with a wallet each, %d blocks, one upstream connection".formatted(BLOCKS),
        List.of(
            "groups", "", "connected s", "synced s", "payment s", "block s", "threads", "KB each"),
        rows);
  }

  private void measure(Plug plug, int count) throws IOException {
    try (RegtestNode node = RegtestNode.start(freePort());
        BitcoinMultiplexer multiplexer =
            BitcoinMultiplexer.builder()
                .set("network", "regtest")
                .set("clients.max", "10000")
                .upstream("127.0.0.1:" + node.port())
                .build();
        BitcoinjPeerGroups groups = BitcoinjPeerGroups.of(multiplexer)) {
      node.mine(BLOCKS);
      multiplexer.start();
      multiplexer.ready().join();
      InetSocketAddress address =
          multiplexer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).address();
      observe(plug, clients(count), node, chain -> plug.group(groups, address, chain));
    }
  }

  private void observe(
      Plug plug, List<Client> clients, RegtestNode node, Function<BlockChain, PeerGroup> maker) {
    long heap = heap();
    int threads = threads();
    List<PeerGroup> running = new ArrayList<>();
    for (Client client : clients) {
      Context.propagate(new Context());
      PeerGroup group = maker.apply(client.chain());
      group.addWallet(client.wallet());
      running.add(group);
    }
    long start = System.nanoTime();
    for (PeerGroup group : running) {
      group.startBlockChainDownload(new DownloadProgressTracker());
      var unused = group.startAsync();
    }
    double connected = until(running, group -> group.numConnectedPeers() == 1, start);
    double synced = until(clients, client -> client.height() >= BLOCKS, start);
    long each = (heap() - heap) / clients.size();
    int more = threads() - threads;

    start = System.nanoTime();
    clients.forEach(client -> node.pay(client.wallet().freshReceiveAddress(), Coin.MILLICOIN));
    double paid = until(clients, client -> client.has(Wallet.BalanceType.ESTIMATED), start);
    start = System.nanoTime();
    node.mine(1);
    double mined = until(clients, client -> client.has(Wallet.BalanceType.AVAILABLE), start);
    add(plug, clients.size(), List.of(connected, synced, paid, mined), more, each);
    running.forEach(PeerGroup::stop);
  }

  private void add(Plug plug, int count, List<Double> seconds, int threads, long each) {
    List<String> row = new ArrayList<>(List.of("%,d".formatted(count), plug.words));
    seconds.forEach(value -> row.add(Report.number(value)));
    row.add("" + threads);
    row.add(Report.number(each / 1024.0));
    rows.add(row);
    report.line(String.join("  ", row));
    report.add("bitcoinj", "none", plug.words, count, "threads", threads, "");
    report.add("bitcoinj", "none", plug.words, count, "heap each", (double) each, "bytes");
    report.add("bitcoinj", "none", plug.words, count, "block", seconds.get(3), "s");
  }

  private static List<Client> clients(int count) {
    List<Client> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Wallet wallet = Wallet.createDeterministic(NETWORK, ScriptType.P2WPKH);
      wallet.getBloomFilterElementCount(); // which derives the keys that are looked ahead
      try {
        MemoryBlockStore store =
            new MemoryBlockStore(NetworkParameters.of(NETWORK).getGenesisBlock());
        clients.add(new Client(wallet, new BlockChain(NETWORK, wallet, store)));
      } catch (BlockStoreException e) {
        throw new IllegalStateException("a store in memory does not fail", e);
      }
    }
    return clients;
  }

  /** Seconds until it has held of each. */
  private static <T> double until(List<T> all, Predicate<T> condition, long start) {
    int held = 0;
    while (held < all.size()) {
      if (condition.test(all.get(held))) {
        held++;
      } else if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new IllegalStateException((all.size() - held) + " of " + all.size() + " are late");
      } else {
        LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  private static long heap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
