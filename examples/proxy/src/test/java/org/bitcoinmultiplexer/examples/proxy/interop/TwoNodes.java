package org.bitcoinmultiplexer.examples.proxy.interop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;

/**
 * Two bitcoinds behind one multiplexer, the first of which is preferred. They know nothing of each
 * other but what a test lets them tell: so the second may have another chain and another mempool,
 * and each has its own options, such as permissions.
 */
final class TwoNodes implements AutoCloseable {

  /** What grants a multiplexer on this machine all that it asks for. */
  static final String TRUST = "-whitelist=noban,relay,mempool,download@127.0.0.1";

  private final Bitcoind first;
  private final Bitcoind second;
  private final KnownChain chain;

  /**
   * Starts both; the first has a chain, the second has none yet.
   *
   * @param option of the first, such as {@link #TRUST}
   * @param other of the second
   */
  TwoNodes(Path directory, String option, String other) {
    first = Bitcoind.start(made(directory.resolve("first")), option);
    try {
      second = Bitcoind.start(made(directory.resolve("second")), other);
    } catch (RuntimeException | Error e) {
      first.close();
      throw e;
    }
    chain = new KnownChain(first);
  }

  private static Path made(Path directory) {
    try {
      return Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one that is preferred. */
  Bitcoind first() {
    return first;
  }

  Bitcoind second() {
    return second;
  }

  /** The chain of the first when it was started, and what was mined by this. */
  KnownChain chain() {
    return chain;
  }

  /** The second gets the chain of the first, and they part again. */
  TwoNodes inStep() {
    second.dial(first.address());
    second.awaitHeight(first.height());
    second.rpc("setnetworkactive", false);
    Await.until(() -> "they part", () -> first.inboundPeers().isEmpty());
    second.rpc("setnetworkactive", true);
    return this;
  }

  /** A running multiplexer that has the first. */
  BitcoinMultiplexer multiplexer(String strategy) throws IOException {
    BitcoinMultiplexer multiplexer =
        BitcoinMultiplexer.builder()
            .set("network", "regtest")
            .strategy(strategy)
            .set("upstream", name(first) + "," + name(second))
            .build();
    multiplexer.start();
    Await.until(() -> "it has a node", () -> multiplexer.stats().upstreamReady());
    return multiplexer;
  }

  private static String name(Bitcoind node) {
    return "127.0.0.1:" + node.address().getPort();
  }

  /** Where clients find a multiplexer. */
  static InetSocketAddress listen(BitcoinMultiplexer multiplexer) throws IOException {
    return multiplexer.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).address();
  }

  /** Waits until a node has at least some transactions. */
  static void awaitMempool(Bitcoind node, TreeSet<String> payments) {
    Await.until(
        () -> "not all of " + payments + " are in " + node.mempool(),
        () -> node.mempool().containsAll(payments));
  }

  @Override
  public void close() {
    second.close();
    first.close();
  }
}
