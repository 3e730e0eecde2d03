package org.bitcoinmultiplexer.examples.proxy;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.check.UpstreamCheck;
import org.bitcoinmultiplexer.transport.tcp.TcpLoop;

/**
 * Finds out which network a node speaks that closed the connection without a word, as Bitcoin Core
 * does with whom it does not understand: by greeting it in all others.
 */
final class NetworkGuess {

  private record Attempt(Network network, CompletableFuture<Boolean> spoken) {}

  private NetworkGuess() {}

  /**
   * Greets a node in all networks but one.
   *
   * @return the network that it speaks; empty if it answered in none
   */
  static CompletionStage<Optional<Network>> of(TcpLoop loop, Endpoint node, Network not) {
    List<Attempt> attempts =
        Network.known().stream()
            .filter(network -> !network.equals(not))
            .map(network -> new Attempt(network, greet(loop, node, network)))
            .toList();
    return CompletableFuture.allOf(
            attempts.stream().map(Attempt::spoken).toArray(CompletableFuture[]::new))
        .thenApply(
            done ->
                attempts.stream()
                    .filter(attempt -> attempt.spoken.join())
                    .map(Attempt::network)
                    .findFirst());
  }

  private static CompletableFuture<Boolean> greet(TcpLoop loop, Endpoint node, Network network) {
    return UpstreamCheck.speaks(loop.connector(node.host(), node.port(), network), network, loop)
        .toCompletableFuture();
  }
}
