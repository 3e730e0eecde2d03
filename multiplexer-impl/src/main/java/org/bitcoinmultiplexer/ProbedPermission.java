package org.bitcoinmultiplexer;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.bitcoin.relay.MempoolPermission;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * Finds out as {@link UpstreamCheck} does whether a node permits {@code mempool}: it is dialled a
 * second time for a moment.
 */
final class ProbedPermission implements MempoolPermission {

  private final List<Connector> nodes;
  private final Network network;
  private final EventLoop loop;
  private final RandomGenerator random;
  private final InstantSource clock;

  ProbedPermission(
      List<Connector> nodes,
      Network network,
      EventLoop loop,
      RandomGenerator random,
      InstantSource clock) {
    this.nodes = List.copyOf(nodes);
    this.network = network;
    this.loop = loop;
    this.random = random;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Boolean> find(String target) {
    return nodes.stream()
        .filter(node -> node.target().equals(target))
        .findFirst()
        .map(node -> new UpstreamCheckProbe(node, network, loop, random, clock).start())
        .map(facts -> facts.thenApply(seen -> Boolean.TRUE.equals(seen.friend())))
        .orElseGet(() -> CompletableFuture.completedStage(false));
  }
}
