package org.bitcoinmultiplexer.bitcoin.bloom;

import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * All nodes of the tree of a block's txids, level by level, the txids themselves first. Any part of
 * the tree is then but a matter of copying.
 *
 * <p>Filled leaf by leaf, then parent by parent; from then on immutable and safe for use by any
 * number of threads.
 */
final class MerkleNodes {

  /** Taken for a hash of anything, and for each byte of it, in steps of a hash function. */
  private static final int STEPS_PER_HASH = 400;

  private static final int STEPS_PER_BYTE = 2;
  private static final int STEPS_PER_PARENT = STEPS_PER_HASH + STEPS_PER_BYTE * 2 * Hash.SIZE;

  private final int leaves;
  private final int[] levels; // where each begins, counted in nodes; the last has one node
  private final byte[] nodes;
  private int filled;
  private int level; // to which the node belongs that is to be filled

  /** A tree to be filled. */
  MerkleNodes(int leaves) {
    this.leaves = leaves;
    int height = height(leaves);
    levels = new int[height + 1];
    for (int i = 1; i <= height; i++) {
      levels[i] = levels[i - 1] + width(leaves, i - 1);
    }
    nodes = new byte[(levels[height] + 1) * Hash.SIZE];
  }

  /** Puts in the next leaf; returns what it took to hash so many bytes. */
  long add(Hash leaf, int size) {
    leaf.write(nodes, filled++ * Hash.SIZE);
    return STEPS_PER_HASH + (long) STEPS_PER_BYTE * size;
  }

  /** Whether all is filled, up to the root. */
  boolean isComplete() {
    return filled * Hash.SIZE == nodes.length;
  }

  /** Computes the next node above the leaves, which are all there; returns what it took. */
  long addParent() {
    while (level < height() && filled >= levels[level + 1]) {
      level++;
    }
    int below = levels[level - 1];
    int last = width(leaves, level - 1) - 1;
    int index = filled - levels[level];
    Sha256d.local()
        .update(nodes, (below + 2 * index) * Hash.SIZE, Hash.SIZE)
        .update(nodes, (below + Math.min(2 * index + 1, last)) * Hash.SIZE, Hash.SIZE)
        .finish(nodes, filled++ * Hash.SIZE);
    return STEPS_PER_PARENT;
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
