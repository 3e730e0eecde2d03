package org.bitcoinmultiplexer.examples.walletserver;

import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.UpstreamCheck;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known of the node, and when it is there. Events come one after another. */
final class Upstream implements MultiplexerListener {

  private static final Logger log = LoggerFactory.getLogger(Upstream.class);

  private final Network network;
  private final CompletableFuture<String> firstReady = new CompletableFuture<>();
  private final CompletableFuture<String> hopeless = new CompletableFuture<>();
  private volatile boolean ready;
  private volatile @Nullable String description;
  private volatile @Nullable String problem = "the node has not been reached yet";

  Upstream(Network network) {
    this.network = network;
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
  public void onUpstreamReady(String target, String inWords) {
    log.info("the node is ready: {}", inWords);
    description = inWords;
    problem = null;
    ready = true;
    firstReady.complete(target);
  }

  @Override
  public void onUpstreamLost(String target, String reason) {
    ready = false;
    String before = problem;
    problem =
        firstReady.isDone() || reason.startsWith(target)
            ? "the node cannot be reached: " + reason
            : "the node "
                + target
                + " did not complete the handshake: "
                + reason
                + "; perhaps it has no free slot, or is of another network than "
                + network;
    if (!firstReady.isDone() && UpstreamCheck.isAnotherNetwork(reason)) {
      hopeless.complete(
          "upstream " + target + " speaks another network than " + network + " (" + reason + ")");
    } else if (!problem.equals(before)) {
      log.warn("{}; dialling again", problem);
    }
  }

  @Override
  public void onFailed(Throwable cause) {
    hopeless.complete("cannot go on: " + cause);
  }
}
