package org.bitcoinmultiplexer.examples.proxy;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.check.UpstreamCheck;
import org.bitcoinmultiplexer.check.UpstreamCheck.Finding;
import org.bitcoinmultiplexer.check.UpstreamCheck.Report;
import org.bitcoinmultiplexer.check.UpstreamCheck.Severity;
import org.bitcoinmultiplexer.config.Configuration;
import org.bitcoinmultiplexer.config.Option;
import org.bitcoinmultiplexer.transport.tcp.TcpLoop;

/** Checks the upstreams one after another and prints what was found. */
final class Check {

  private static final int USABLE = 0;
  private static final int DEGRADED = 1;
  private static final int UNUSABLE = 2;

  private static final int PROMPT_MILLIS = 1_000;

  private final ProxySettings settings;
  private final PrintStream out;

  Check(ProxySettings settings, PrintStream out) {
    this.settings = settings;
    this.out = out;
  }

  /**
   * Checks all upstreams.
   *
   * @return the exit code for the best of them
   */
  int run() {
    refuseUnknownStrategy();
    int best = UNUSABLE;
    try (TcpLoop loop = TcpLoop.start("check")) {
      for (Endpoint node : settings.upstreams()) {
        best = Math.min(best, check(loop, node));
      }
    }
    return best;
  }

  /** Building refuses what cannot be; nothing is dialled. */
  private void refuseUnknownStrategy() {
    // A directory may be in use by the very proxy whose node is checked.
    Configuration options = settings.configuration().without(Option.DATA_DIR.optionName());
    BitcoinMultiplexer.builder().configuration(options).build().close();
  }

  private int check(TcpLoop loop, Endpoint node) {
    CompletableFuture<Report> probe =
        UpstreamCheck.probe(
                loop.connector(node.host(), node.port(), settings.network()),
                settings.network(),
                loop,
                settings.strategy())
            .toCompletableFuture();
    if (isSilent(probe) && HttpGuess.answers(node)) {
      out.println(node);
      out.println(
          "  unusable  it speaks HTTP, as the RPC port of a node does: the port for peers is"
              + " wanted, usually "
              + settings.network().defaultPort());
      return conclude(node, Severity.UNUSABLE);
    }
    Report report = probe.join();
    out.println(node + (report.node().isEmpty() ? "" : " " + report.node()));
    report.findings().forEach(this::print);
    if (report.node().isEmpty()) {
      NetworkGuess.of(loop, node, settings.network())
          .toCompletableFuture()
          .join()
          .ifPresent(
              other -> out.println("  unusable  it speaks " + other + ": --network=" + other));
    }
    return conclude(node, report.verdict());
  }

  /** Whether the node has not said who it is when it had time to. */
  private static boolean isSilent(CompletableFuture<Report> probe) {
    try {
      return probe.get(PROMPT_MILLIS, TimeUnit.MILLISECONDS).node().isEmpty();
    } catch (TimeoutException e) {
      return true;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e); // a check never fails
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private int conclude(Endpoint node, Severity verdict) {
    out.println(node + " is " + inWords(verdict) + " for strategy " + settings.strategy());
    out.flush();
    return switch (verdict) {
      case UNUSABLE -> UNUSABLE;
      case DEGRADED -> DEGRADED;
      case GOOD, ABSENT, UNKNOWN -> USABLE;
    };
  }

  private void print(Finding finding) {
    out.printf(
        "  %-9s %s%n", finding.severity().name().toLowerCase(Locale.ROOT), finding.sentence());
    finding
        .configuration()
        .lines()
        .forEach(line -> out.println("            bitcoin.conf: " + line));
  }

  private static String inWords(Severity verdict) {
    return switch (verdict) {
      case GOOD, ABSENT, UNKNOWN -> "usable";
      case DEGRADED -> "usable with losses";
      case UNUSABLE -> "not usable";
    };
  }
}
