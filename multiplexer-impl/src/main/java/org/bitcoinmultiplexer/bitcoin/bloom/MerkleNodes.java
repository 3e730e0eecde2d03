package org.bitcoinmultiplexer.bitcoin.bloom;

import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * All nodes of the tree of a block's txids, level by level, the txids themselves first. Any part of
 * the tree is then but a matter of copying.
 *
 * <p>Immutable, safe for use by any number of threads.
 */
final class MerkleNodes {

  private final int leaves;
  private final int[] levels; // where each begins, counted in nodes; the last has one node
  private final byte[] nodes;

  private MerkleNodes(int leaves, int[] levels, byte[] nodes) {
    this.leaves = leaves;
    this.levels = levels;
    this.nodes = nodes;
  }

  /** The tree of a block of at least one transaction. */
  static MerkleNodes of(Block block) {
    int leaves = block.size();
    int height = height(leaves);
    int[] levels = new int[height + 1];
    for (int i = 1; i <= height; i++) {
      levels[i] = levels[i - 1] + width(leaves, i - 1);
    }
    byte[] nodes = new byte[(levels[height] + 1) * Hash.SIZE];
    for (int i = 0; i < leaves; i++) {
      block.txid(i).write(nodes, i * Hash.SIZE);
    }
    for (int level = 1; level <= height; level++) {
      int below = levels[level - 1];
      int last = width(leaves, level - 1) - 1;
      for (int i = 0; i < width(leaves, level); i++) {
        Sha256d.local()
            .update(nodes, (below + 2 * i) * Hash.SIZE, Hash.SIZE)
            .update(nodes, (below + Math.min(2 * i + 1, last)) * Hash.SIZE, Hash.SIZE)
            .finish(nodes, (levels[level] + i) * Hash.SIZE);
      }
    }
    return new MerkleNodes(leaves, levels, nodes);
  }

  /** How many levels there are above so many leaves. */
  static int height(int leaves) {
    return 32 - Integer.numberOfLeadingZeros(leaves - 1);
  }

  /** How many nodes a level above so many leaves has. */
  static int width(int leaves, int level) {
    return (int) ((leaves + (1L << level) - 1) >>> level);
  }

  int leaves() {
    return leaves;
  }

  int height() {
    return levels.length - 1;
  }

  int width(int level) {
    return width(leaves, level);
  }

  /** A number for a node, by which it can be {@linkplain #write written} later. */
  int node(int level, int index) {
    return levels[level] + index;
  }

  void write(int node, ByteWriter out) {
    out.bytes(nodes, node * Hash.SIZE, Hash.SIZE);
  }

  /** The array that begins with the txids, never to be written to. */
  byte[] txids() {
    return nodes;
  }
}
