package org.bitcoinmultiplexer.examples.proxy;

import java.io.PrintStream;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.bitcoinmultiplexer.api.MultiplexerListener;
import org.bitcoinmultiplexer.api.UpstreamLoss;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.transport.tcp.TcpLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says when the proxy is ready, logs what happens, and finds out when waiting is in vain because a
 * node speaks another network.
 *
 * <p>Its events come one after another on the multiplexer's thread for them.
 */
final class UpstreamWatch implements MultiplexerListener {

  private static final Logger log = LoggerFactory.getLogger(UpstreamWatch.class);

  private final ClientLog clients;
  private final ProxySettings settings;
  private final TcpLoop loop;
  private final PrintStream out;
  private final CompletableFuture<String> listening = new CompletableFuture<>();
  private final CompletableFuture<String> hopeless = new CompletableFuture<>();
  private final Set<Endpoint> guessed = new HashSet<>();
  private volatile boolean wasReady;

  UpstreamWatch(ProxySettings settings, TcpLoop loop, PrintStream out) {
    this.settings = settings;
    this.loop = loop;
    this.out = out;
    this.clients = new ClientLog(loop::schedule, log::info);
  }

  /** Tells where it is listening; before the multiplexer is started. */
  void listeningOn(String address) {
    listening.complete(address);
    log.info("listening on {}, upstream {}", address, inWords(settings.upstreams()));
  }

  /** Completed with the reason when upstream will never be ready, or nothing else will. */
  CompletableFuture<String> hopeless() {
    return hopeless;
  }

  @Override
  public void onUpstreamReady(String target, String description) {
    log.info("upstream is ready: {}", description);
    if (!wasReady) {
      wasReady = true;
      out.println(
          "ready listen="
              + listening.join()
              + " upstream="
              + target
              + " strategy="
              + settings.strategy());
      out.flush();
    }
  }

  @Override
  public void onUpstreamLost(String target, UpstreamLoss loss, String reason) {
    if (wasReady) {
      log.warn("upstream {} is lost, dialling again: {}", target, reason);
    } else if (loss == UpstreamLoss.UNREADABLE) {
      giveUp(target, "another network than " + settings.network() + " (" + reason + ")");
    } else if (loss == UpstreamLoss.UNREACHABLE) {
      log.warn("waiting for upstream, dialling again: {}", reason);
    } else {
      log.warn(
          "upstream {} did not complete the handshake, dialling again: {}; perhaps it has no free"
              + " slot, or it is of another network than {}",
          target,
          reason,
          settings.network());
      guess(target);
    }
  }

  private void guess(String target) {
    settings.upstreams().stream()
        .filter(node -> node.toString().equals(target) && guessed.add(node))
        .findFirst()
        .ifPresent(
            node -> {
              HttpGuess.of(node).thenAccept(http -> guessedHttp(target, http));
              NetworkGuess.of(loop, node, settings.network())
                  .thenAccept(network -> guessed(target, network));
            });
  }

  private void guessedHttp(String target, boolean http) {
    if (http) {
      giveUp(target, "HTTP, as an RPC port does, and not the peer-to-peer protocol");
    }
  }

  private void guessed(String target, Optional<Network> network) {
    network.ifPresent(
        other -> giveUp(target, other + ", another network than " + settings.network()));
  }

  private void giveUp(String target, String network) {
    if (!wasReady) {
      hopeless.complete("upstream " + target + " speaks " + network);
    }
  }

  /** A supervisor starts a process anew that exits, and none that hangs. */
  @Override
  public void onFailed(Throwable cause) {
    hopeless.complete("cannot go on: " + cause);
  }

  private static String inWords(List<Endpoint> nodes) {
    return String.join(", ", nodes.stream().map(Endpoint::toString).toList());
  }

  @Override
  public void onClientReady(String remote, String description) {
    clients.tell("clients are here", "client " + remote + " is here: " + description);
  }

  @Override
  public void onClientClosed(String remote, String reason) {
    clients.tell("clients are gone: " + reason, "client " + remote + " is gone: " + reason);
  }
}
