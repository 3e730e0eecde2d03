package org.bitcoinmultiplexer.bitcoin.node;

import java.util.List;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.core.Notification;

/**
 * The node has another best block. Immutable.
 *
 * @param headers the headers that lead to it and were not news before: oldest first, each the
 *     parent of the next, proof of work checked, at least one. The last is the node's best block;
 *     the first builds on an earlier best block, or after a reorganisation on an ancestor of one,
 *     or on a block that is not known here if this is the first that was heard of the chain.
 */
public record TipNotification(List<BlockHeader> headers) implements Notification {

  /** Takes a copy of the list. */
  public TipNotification {
    headers = List.copyOf(headers);
    if (headers.isEmpty()) {
      throw new IllegalArgumentException("news of a block has at least one header");
    }
  }

  /**
   * The node's best block.
   *
   * @return the last header
   */
  public BlockHeader tip() {
    return headers.get(headers.size() - 1);
  }
}
