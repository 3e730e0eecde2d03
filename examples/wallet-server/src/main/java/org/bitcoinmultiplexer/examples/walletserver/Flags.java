package org.bitcoinmultiplexer.examples.walletserver;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command line. Absent flags are null: their defaults are those of the configuration. */
@Command(
    name = "wallet-server",
    header = {
      "An example to build on, not a product: keeps bitcoinj wallets and lets HTTP pay from them.",
      "All wallets share one connection to a node. Without --upstream it brings a node of its own,",
      "whose coins are worth nothing, and pays every new wallet.%n"
    },
    customSynopsis = {
      "wallet-server [--listen=HOST:PORT] [--upstream=HOST:PORT[,HOST:PORT...]]",
      "              [--network=NAME] [--strategy=NAME] [--data-dir=DIR]",
      "              [--config=FILE] [--option=NAME=VALUE]...",
      "              [--token-file=FILE] [--passphrase-file=FILE]",
      "wallet-server --help | --version"
    },
    footer = {
      "%nIn the file of --config every flag is multiplexer.NAME=VALUE, as every option of the",
      "library is; the environment variable MULTIPLEXER_NAME overrules it, and a flag that.",
      "%nHTTP: GET /health, /wallets, /wallets/ID, /wallets/ID/payments, /activity;",
      "POST /wallets {\"label\"}, /wallets/ID/addresses, /wallets/ID/payments {\"address\",",
      "\"amount\", \"feeRate\"}, with an Idempotency-Key that pays once however often it is said.",
      "Amounts are satoshi. A page for the eye is at /.",
      "%nExit codes: 0 told to stop; 1 failed; 64 called wrongly."
    },
    optionListHeading = "%nFlags:%n",
    sortOptions = false)
final class Flags {

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description =
          "Where HTTP is served; port 0 takes a free one. Default: 127.0.0.1:8080. Anything but"
              + " this machine itself needs --token-file.")
  @Nullable String listen;

  @Option(
      names = "--upstream",
      paramLabel = "HOST:PORT",
      description =
          "The nodes, separated by commas, the preferred one first. Without: an embedded one.")
  @Nullable String upstream;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description =
          "regtest (default), signet, testnet3, or mainnet, which is never spoken unless it is"
              + " said.")
  @Nullable String network;

  @Option(
      names = "--strategy",
      paramLabel = "NAME",
      description =
          "How answers find which wallet asked: passthrough, serial, key (default), sequence,"
              + " cache.")
  @Nullable String strategy;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where the wallets are kept. Default: wallet-server-data.")
  @Nullable Path dataDir;

  @Option(names = "--config", paramLabel = "FILE", description = "A properties file.")
  @Nullable Path config;

  @Option(names = "--option", paramLabel = "NAME=VALUE", description = "An option of the library.")
  Map<String, String> options = new LinkedHashMap<>();

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "Has the token that every request must carry as Authorization: Bearer TOKEN; at least 16"
              + " characters.")
  @Nullable Path tokenFile;

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "Has the passphrase that encrypts the keys of new wallets.")
  @Nullable Path passphraseFile;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Print this and exit.")
  boolean help;

  @Option(names = "--version", versionHelp = true, description = "Print the version and exit.")
  boolean version;
}
