package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Connector;

/**
 * Finds out whether a node lets us read its mempool. Bitcoin Core without bloom filters takes
 * {@code mempool} only from those it grants a permission, and hangs up on everybody else; so this
 * is tried on a connection that is not needed for anything else.
 */
public interface MempoolPermission {

  /**
   * Tries it.
   *
   * @param target what was dialled, as its connector says
   * @return whether it is permitted; a failure, or false, if that cannot be found out
   */
  CompletionStage<Boolean> find(String target);

  /**
   * Tries it at the node that was dialled, by dialling it once more for a moment.
   *
   * @param nodes all that may be dialled
   * @param probe tries it at one of them
   * @return finds out by the probe; false for a target that is not among the nodes
   */
  static MempoolPermission of(
      List<Connector> nodes, Function<Connector, CompletionStage<Boolean>> probe) {
    List<Connector> all = List.copyOf(nodes);
    return target ->
        all.stream()
            .filter(node -> node.target().equals(target))
            .findFirst()
            .map(probe)
            .orElseGet(() -> CompletableFuture.completedStage(false));
  }
}
