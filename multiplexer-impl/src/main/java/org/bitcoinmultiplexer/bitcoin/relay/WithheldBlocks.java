package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.HashSet;
import java.util.Set;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Blocks of its own best chain that the node did not give: a chain of headers may be heavy and yet
 * come to nothing. After a few of them it is distrusted.
 *
 * <p>Only what an honest node surely has counts. A pruned one has the last 288 blocks; and what was
 * asked for before the node had it does not stand below others yet when the answer fails to come.
 *
 * <p>Confined to the engine's loop.
 */
final class WithheldBlocks {

  static final int MOST = 3;

  private static final int LEAST_DEPTH = 2;
  private static final int MOST_DEPTH = 280;

  private final Counters counters;
  private final Set<Hash> blocks = new HashSet<>();
  private @Nullable NodeContext node;

  WithheldBlocks(Counters counters) {
    this.counters = counters;
  }

  /** Whether a node with this chain surely has the block. Any thread. */
  static boolean isDue(ChainView chain, Hash block) {
    int depth = chain.depth(block);
    return depth >= LEAST_DEPTH && depth < MOST_DEPTH;
  }

  void connected(NodeContext to) {
    node = to;
    blocks.clear();
  }

  void disconnected() {
    node = null;
  }

  /** The node answered everything but a request for a block that is due. */
  void missing(Hash block) {
    NodeContext from = node;
    if (from == null || blocks.size() == MOST || !blocks.add(block)) {
      return;
    }
    counters.count(Counter.NEWS_BLOCKS_WITHHELD);
    if (blocks.size() == MOST) {
      from.distrust(
          "it does not give " + MOST + " blocks of its own chain, " + block + " the last");
    }
  }
}
