package org.bitcoinmultiplexer.examples.walletserver;

import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.NodeDescription;
import org.bitcoinmultiplexer.api.UpstreamLoss;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known of the node, and when it is there. Events come one after another. */
final class Upstream implements MultiplexerListener {

  private static final Logger log = LoggerFactory.getLogger(Upstream.class);

  private static final long NODE_NETWORK = 1;

  private final Network network;
  private final IntSupplier knownHeight;
  private final CompletableFuture<String> firstReady = new CompletableFuture<>();
  private final CompletableFuture<String> hopeless = new CompletableFuture<>();
  private volatile boolean ready;
  private volatile @Nullable String description;
  private volatile @Nullable String problem = "the node has not been reached yet";

  /**
   * Of a node that is not there yet.
   *
   * @param knownHeight of the best block that the wallets know
   */
  Upstream(Network network, IntSupplier knownHeight) {
    this.network = network;
    this.knownHeight = knownHeight;
  }

  /** Completed with the node that was dialled when one is ready for the first time. */
  CompletableFuture<String> firstReady() {
    return firstReady;
  }

  /** Completed with the reason when it is in vain to wait, or to go on. */
  CompletableFuture<String> hopeless() {
    return hopeless;
  }

  boolean isReady() {
    return ready;
  }

  @Nullable String description() {
    return description;
  }

  @Nullable String problem() {
    return problem;
  }

  @Override
  public void onUpstreamReady(NodeDescription node) {
    log.info("the node is ready: {}", node.description());
    description = node.description();
    String lacks = lacks(node);
    problem = lacks;
    if (lacks != null) {
      log.warn(lacks);
    }
    ready = true;
    firstReady.complete(node.target());
  }

  private @Nullable String lacks(NodeDescription node) {
    int known = knownHeight.getAsInt();
    if (node.height() < known) {
      return "the node has "
          + node.height()
          + " blocks and the wallets know "
          + known
          + ": it is syncing, or on another chain; payments wait until it is ahead";
    }
    if ((node.services() & NODE_NETWORK) == 0) {
      return "the node is pruned: a wallet that was away for longer than its blocks reach back"
          + " cannot catch up with it";
    }
    return null;
  }

  @Override
  public void onUpstreamLost(String target, UpstreamLoss loss, String reason) {
    ready = false;
    if (loss == UpstreamLoss.UNREADABLE && !firstReady.isDone()) {
      hopeless.complete(
          "upstream " + target + " speaks another network than " + network + " (" + reason + ")");
      return;
    }
    String before = problem;
    String now = inWords(target, loss, reason);
    problem = now;
    if (!now.equals(before)) {
      log.warn("{}; dialling again", now);
    }
  }

  private String inWords(String target, UpstreamLoss loss, String reason) {
    if (firstReady.isDone() || loss == UpstreamLoss.UNREACHABLE) {
      return "the node cannot be reached: " + reason;
    }
    return "the node "
        + target
        + " did not complete the handshake: "
        + reason
        + "; perhaps it has no free slot, or is of another network than "
        + network;
  }

  @Override
  public void onFailed(Throwable cause) {
    hopeless.complete("cannot go on: " + cause);
  }
}
