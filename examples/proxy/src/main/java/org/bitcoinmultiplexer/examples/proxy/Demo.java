package org.bitcoinmultiplexer.examples.proxy;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Context;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.config.Configuration;
import org.bitcoinmultiplexer.config.Option;
import org.bitcoinmultiplexer.config.Origin;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;

/**
 * Shows the proxy at work: a regtest node and wallets in this process, connected over TCP through a
 * multiplexer. The node has no bloom filters to offer, the wallets use them nevertheless.
 *
 * <p>First every wallet downloads the chain and is paid by the node. Then, for the time asked for,
 * blocks are mined and wallets pay each other in a ring. At last nothing new is paid, what is left
 * in the mempool is mined, and the wallets have a grace period to arrive where they must.
 */
final class Demo {

  private static final int WALLETS = 5;
  private static final int TICKS_PER_SECOND = 4;

  /** Enough mature coins for the first payments, and below the first halving. */
  private static final int FIRST_BLOCKS = 120;

  private static final Coin FIRST_PAYMENT = Coin.COIN.multiply(10);
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final String strategy;
  private final int seconds;
  private final PrintStream out;
  private final List<DemoWallet> wallets = new ArrayList<>();

  Demo(String strategy, int seconds, PrintStream out) {
    this.strategy = strategy;
    this.seconds = seconds;
    this.out = out;
  }

  /**
   * Runs the demo.
   *
   * @return whether every wallet has the height and the balance that it must have
   * @throws IOException if there is no port to be had
   * @throws IllegalArgumentException if there is no such strategy
   */
  boolean run() throws IOException, InterruptedException {
    Context.propagate(new Context());
    try (RegtestNode node = RegtestNode.start(0);
        BitcoinMultiplexer multiplexer =
            BitcoinMultiplexer.builder()
                .network(Network.REGTEST)
                .upstream("127.0.0.1:" + node.port())
                .configuration(chosen())
                .build()) {
      node.mine(FIRST_BLOCKS);
      InetSocketAddress address =
          multiplexer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).address();
      multiplexer.start();
      out.printf(
          "%d wallets, strategy %s, at port %d; the node at port %d has %d blocks%n",
          WALLETS, strategy, address.getPort(), node.port(), node.height());
      try {
        return connect(address.getPort()) && show(node, multiplexer);
      } finally {
        wallets.forEach(DemoWallet::close);
      }
    }
  }

  private Configuration chosen() {
    return Configuration.EMPTY.with(
        Option.STRATEGY.optionName(), strategy, Origin.flag("--strategy"));
  }

  private boolean connect(int port) throws InterruptedException {
    for (int i = 1; i <= WALLETS; i++) {
      wallets.add(new DemoWallet("wallet " + i, port, sharesConnection()));
    }
    CompletableFuture<?> all =
        CompletableFuture.allOf(
            wallets.stream().map(DemoWallet::connect).toArray(CompletableFuture[]::new));
    try {
      all.get(GRACE.toSeconds(), TimeUnit.SECONDS);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      long connected = wallets.stream().filter(DemoWallet::isConnected).count();
      out.printf(
          "FAILED: the chain did not reach all wallets within %d s; %d of %d are connected%n",
          GRACE.toSeconds(), connected, WALLETS);
      return false;
    }
  }

  private boolean show(RegtestNode node, BitcoinMultiplexer multiplexer)
      throws InterruptedException {
    DemoMeter meter = new DemoMeter(multiplexer, node, sharesConnection(), out);
    for (DemoWallet wallet : wallets) {
      node.pay(wallet.freshAddress(), FIRST_PAYMENT);
      wallet.credit(FIRST_PAYMENT);
    }
    node.mine(1);
    int payments = trade(node, meter);
    boolean settled = settle(node, meter);
    print(node, payments);
    out.println(
        settled
            ? "all wallets have what they must have"
            : "FAILED: not all wallets have what they must have");
    return settled;
  }

  /** If not, wallets have to do with what the node offers, which is no bloom filters. */
  private boolean sharesConnection() {
    return !strategy.equals("passthrough");
  }

  /** Lets the wallets pay each other; returns how often they did. */
  private int trade(RegtestNode node, DemoMeter meter) throws InterruptedException {
    int payments = 0;
    long start = System.nanoTime();
    long tick = TimeUnit.SECONDS.toNanos(1) / TICKS_PER_SECOND;
    for (int i = 0; System.nanoTime() - start < TimeUnit.SECONDS.toNanos(seconds); i++) {
      DemoWallet payer = wallets.get(i % WALLETS);
      DemoWallet payee = wallets.get((i + 1) % WALLETS);
      if (payer.pay(payee, Coin.CENT.multiply(1 + i % 7))) {
        payments++;
      }
      if (i % TICKS_PER_SECOND == TICKS_PER_SECOND - 1) {
        node.mine(1);
        meter.print();
      }
      // A tick that took too long, on a machine with much else to do, is not made up for.
      long left = tick - (System.nanoTime() - start) % tick;
      TimeUnit.NANOSECONDS.sleep(left);
    }
    return payments;
  }

  /** Mines what is left and waits until every wallet is where it must be, or the grace is over. */
  private boolean settle(RegtestNode node, DemoMeter meter) throws InterruptedException {
    long start = System.nanoTime();
    long lastLine = start;
    while (!isSettled(node)) {
      long now = System.nanoTime();
      if (now - start > GRACE.toNanos()) {
        return false;
      }
      if (now - lastLine > TimeUnit.SECONDS.toNanos(1)) {
        lastLine = now;
        meter.print();
      }
      if (!node.mempool().isEmpty()) {
        node.mine(1);
      }
      TimeUnit.MILLISECONDS.sleep(200);
    }
    return true;
  }

  private boolean isSettled(RegtestNode node) {
    return node.mempool().isEmpty() && wallets.stream().allMatch(wallet -> isRight(wallet, node));
  }

  private static boolean isRight(DemoWallet wallet, RegtestNode node) {
    return wallet.height() == node.height() && wallet.balance().equals(wallet.due());
  }

  private void print(RegtestNode node, int payments) {
    out.printf(
        "%n%d payments between the wallets; the node has %d blocks%n", payments, node.height());
    out.printf("%-10s %8s %8s %16s %16s%n", "", "height", "must be", "balance", "must be");
    for (DemoWallet wallet : wallets) {
      out.printf(
          "%-10s %8d %8d %16s %16s  %s%n",
          wallet.name(),
          wallet.height(),
          node.height(),
          wallet.balance().toPlainString(),
          wallet.due().toPlainString(),
          isRight(wallet, node) ? "right" : "WRONG");
    }
    node.violations().forEach(fault -> out.println("the node complained: " + fault));
  }
}
