package org.bitcoinmultiplexer.examples.walletserver;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.bitcoinj.core.PeerGroup;
import org.bitcoinj.utils.Threading;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.bitcoinj.BitcoinjNetworks;
import org.bitcoinmultiplexer.bitcoinj.BitcoinjPeerGroups;
import org.bitcoinmultiplexer.config.Configuration;
import org.bitcoinmultiplexer.config.Option;
import org.bitcoinmultiplexer.examples.walletserver.http.Health;
import org.bitcoinmultiplexer.examples.walletserver.http.WalletHttpServer;
import org.bitcoinmultiplexer.examples.walletserver.wallets.PeerGroups;
import org.bitcoinmultiplexer.examples.walletserver.wallets.WalletAccount;
import org.bitcoinmultiplexer.examples.walletserver.wallets.Wallets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An example to build on: a server of bitcoinj wallets, all of them over one connection to a node.
 */
final class WalletServer implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(WalletServer.class);

  private final Settings settings;
  private final Upstream upstream;
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private final Wallets wallets;
  private final BitcoinMultiplexer multiplexer;
  private final WalletHttpServer http;
  private final String target;

  /**
   * Begins to serve, whether or not the node is there.
   *
   * @throws UsageException if it was told what makes no sense
   * @throws IOException if an address or a directory cannot be had
   */
  WalletServer(Settings settings) throws UsageException, IOException {
    this.settings = settings;
    boolean started = false;
    try {
      InetSocketAddress address = settings.listenAddress();
      log.info("an example to build on, not a product: read its source before you trust it");
      Threading.ignoreLockCycles(); // Finding them takes seconds when there are many wallets.
      DataDirectory directory = add(DataDirectory.take(settings.dataDirectory(), chain(settings)));
      wallets =
          add(
              Wallets.open(
                  directory.wallets(),
                  BitcoinjNetworks.toBitcoinj(settings.network()),
                  settings.passphrase()));
      upstream = new Upstream(settings.network(), wallets::height);
      EmbeddedNode node =
          settings.embedded() ? add(EmbeddedNode.start(directory.resolve("blocks"))) : null;
      target = node == null ? String.join(",", settings.upstreams()) : node.address();
      multiplexer = add(multiplexer(directory));
      multiplexer.start();
      wallets.start(peerGroups());
      http =
          add(
              WalletHttpServer.start(
                  settings.listenHost(),
                  address,
                  settings.token(),
                  wallets,
                  this::health,
                  created -> welcome(node, created)));
      started = true;
    } finally {
      if (!started) {
        close();
      }
    }
    log.info(
        "{} wallets in {}, HTTP on {}, upstream {}",
        wallets.size(),
        settings.dataDirectory(),
        listen(),
        target);
  }

  private <T extends AutoCloseable> T add(T part) {
    parts.push(part);
    return part;
  }

  private static String chain(Settings settings) {
    return settings.embedded() ? "embedded-regtest" : settings.network().toString();
  }

  private BitcoinMultiplexer multiplexer(DataDirectory directory) {
    Configuration configuration = settings.configuration();
    if (settings.embedded()) {
      configuration = configuration.with(Option.UPSTREAM.optionName(), target);
    }
    if (settings.strategy().equals("cache")) {
      configuration =
          configuration.with(Option.DATA_DIR.optionName(), directory.resolve("cache").toString());
    }
    return BitcoinMultiplexer.builder()
        .maxClients(2 * Wallets.MOST)
        .configuration(configuration)
        .listener(upstream)
        .build();
  }

  private PeerGroups peerGroups() {
    BitcoinjPeerGroups groups = add(BitcoinjPeerGroups.of(multiplexer));
    // Passed through, a wallet has to do with what the node offers, and few offer bloom filters.
    boolean bloom = !settings.strategy().equals("passthrough");
    return (network, chain, context) -> {
      PeerGroup group = groups.newPeerGroup(network, chain, context);
      group.setBloomFilteringEnabled(bloom);
      return group;
    };
  }

  private static void welcome(@Nullable EmbeddedNode node, WalletAccount created) {
    String address = created.view().address();
    if (node != null && address != null) {
      node.welcome(address);
    }
  }

  private Health health() {
    return new Health(
        upstream.isReady() ? "up" : "waiting",
        settings.network().toString(),
        settings.strategy(),
        target,
        upstream.description(),
        upstream.problem(),
        wallets.size(),
        multiplexer.stats().clients());
  }

  /** Where HTTP is served. */
  String listen() {
    InetSocketAddress address = http.address();
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** Completed with what the program says of it when it serves and the node is there. */
  CompletableFuture<String> ready() {
    return upstream
        .firstReady()
        .thenApply(
            node ->
                "ready listen="
                    + listen()
                    + " upstream="
                    + node
                    + " strategy="
                    + settings.strategy());
  }

  /** Completed with the reason when it is in vain to go on. */
  CompletableFuture<String> hopeless() {
    return upstream.hopeless();
  }

  /** Ends everything, HTTP first. */
  @Override
  public void close() {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception e) {
        log.error("it does not end cleanly: {}", e.toString());
      }
    }
  }
}
