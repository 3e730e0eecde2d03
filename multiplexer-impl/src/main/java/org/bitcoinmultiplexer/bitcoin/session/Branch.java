package org.bitcoinmultiplexer.bitcoin.session;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * The way from a block down to the header chain. Mostly there is none to go; only of a branch that
 * the node had left before it was known here the headers have to be had, one below the other.
 *
 * <p>Confined to the session's loop.
 */
final class Branch {

  private final Hash block;
  private final List<BlockHeader> headers = new ArrayList<>(); // downwards

  Branch(Hash block) {
    this.block = block;
  }

  /** The block, or the last that was met on the way down: its header is the next to be had. */
  Hash lowest() {
    return headers.isEmpty() ? block : headers.get(headers.size() - 1).previous();
  }

  /** Goes one block down; false if the header is that of another block. */
  boolean add(BlockHeader header) {
    return header.hash().equals(lowest()) && headers.add(header);
  }

  /** The height of the block; -1 as long as the way does not reach the chain. */
  int height(ChainView chain) {
    int reached = chain.height(lowest());
    return reached < 0 ? -1 : reached + headers.size();
  }

  /** The block at a height of the branch; null if the block itself is not so high. */
  @Nullable Hash at(ChainView chain, int height) {
    int below = height(chain) - height;
    if (below < 0) {
      return null;
    }
    return below < headers.size()
        ? headers.get(below).hash()
        : chain.ancestor(lowest(), height).orElse(null);
  }
}
