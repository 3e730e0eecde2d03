package org.bitcoinmultiplexer.examples.proxy;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line. Absent flags are null: their defaults are those of the configuration. */
@Command(
    name = "multiplexer-proxy",
    header = "Lets many Bitcoin P2P clients share one connection to a node.%n",
    customSynopsis = {
      "multiplexer-proxy --upstream=HOST:PORT[,HOST:PORT...] [--listen=HOST:PORT]",
      "                  [--network=NAME] [--strategy=NAME] [--config=FILE]",
      "                  [--option=NAME=VALUE]... [--log-level=LEVEL] [--check]",
      "multiplexer-proxy --demo [--demo-seconds=N] [--strategy=NAME]",
      "multiplexer-proxy --help | --version"
    },
    optionListHeading = "%nFlags:%n",
    sortOptions = false)
final class Flags {

  static final int DEMO_SECONDS = 20;

  /** The words that choose a strategy are known when help is asked for. */
  static final String STRATEGIES = "strategies";

  @Option(
      names = "--upstream",
      paramLabel = "HOST:PORT",
      description = "The nodes, separated by commas, the preferred one first.")
  @Nullable String upstream;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description =
          "Where clients connect; port 0 takes a free one. Default: 127.0.0.1 and the network's"
              + " usual port.")
  @Nullable String listen;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "mainnet (default), testnet3, testnet4, signet or regtest.")
  @Nullable String network;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description = "How answers find who asked: ${bundle:" + STRATEGIES + "}.")
  @Nullable String strategy;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where strategy cache keeps blocks over restarts; only in memory if absent.")
  @Nullable Path dataDir;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A properties file with the options below as multiplexer.NAME=VALUE.")
  @Nullable Path config;

  @Option(names = "--option", paramLabel = "NAME=VALUE", description = "One of the options below.")
  Map<String, String> options = new LinkedHashMap<>();

  @Option(
      names = "--check",
      description =
          "Say what the nodes offer and lack, and exit: 0 usable, 1 with losses, 2 not usable.")
  boolean check;

  @Option(
      names = "--log-level",
      paramLabel = "LEVEL",
      description = "error, warn, info (default) or debug; on the error stream.")
  @Nullable String logLevel;

  @Option(
      names = "--demo",
      description =
          "Show it at work with a regtest node and wallets inside this process, and exit: 0 if all"
              + " wallets have what they must have.")
  boolean demo;

  @Option(
      names = "--demo-seconds",
      paramLabel = "N",
      description =
          "How long payments flow in the demo; 1 to 3600, " + DEMO_SECONDS + " if absent.")
  @Nullable Integer demoSeconds;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and exit.")
  boolean help;

  @Option(names = "--version", versionHelp = true, description = "Print the version and exit.")
  boolean version;
}
