package org.bitcoinmultiplexer.examples.proxy;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.api.Stats;
import org.bitcoinmultiplexer.examples.regtest.NodeStats;
import org.bitcoinmultiplexer.examples.regtest.RegtestNode;

/** Prints what flows through the multiplexer, a line at a time. */
final class DemoMeter {

  private static final List<String> REQUESTS =
      List.of("getdata", "getheaders", "getblocks", "getblocktxn", "mempool");

  private final BitcoinMultiplexer multiplexer;
  private final RegtestNode node;
  private final boolean shared;
  private final PrintStream out;
  private final long started = System.nanoTime();
  private long last = started;
  private long lastAsked;

  DemoMeter(BitcoinMultiplexer multiplexer, RegtestNode node, boolean shared, PrintStream out) {
    this.multiplexer = multiplexer;
    this.node = node;
    this.shared = shared;
    this.out = out;
  }

  /** Prints one line about now. */
  void print() {
    Stats stats = multiplexer.stats();
    NodeStats atNode = node.stats();
    long arrived = REQUESTS.stream().mapToLong(atNode::received).sum();
    long joined = stats.counter("exchange.joined");
    long asked = shared ? stats.counter("exchange.asked") + joined : arrived;
    long now = System.nanoTime();
    double perSecond = (asked - lastAsked) * 1e9 / Math.max(1, now - last);
    last = now;
    lastAsked = asked;
    out.printf(
        Locale.ROOT,
        "%4d s  clients %d  node connections %d  %s %5d (%5.1f/s)  joined %5d"
            + "  upstream %5d  announcements %4d  height %d%n",
        (now - started) / 1_000_000_000,
        stats.clientsReady(),
        atNode.connections(),
        shared ? "requests" : "messages",
        asked,
        perSecond,
        joined,
        shared ? stats.counter("upstream.requests") : arrived,
        stats.counter("news.published"),
        node.height());
    out.flush();
  }
}
