package org.bitcoinmultiplexer.bitcoin.chain;

import java.util.Arrays;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * The tree of hashes that a block header commits to. A node without right sibling is paired with
 * itself, which is why different lists can have the same root (CVE-2012-2459).
 */
public final class MerkleTree {

  private MerkleTree() {}

  /**
   * Replaces a list of leaves by their root, in place: level by level, as Core's ComputeMerkleRoot.
   *
   * @param nodes the leaves in wire order; the root is the first 32 bytes afterwards, the rest is
   *     of no use
   * @param leaves how many there are, at least one
   * @return whether no two siblings were equal; if some were, the list may be a forgery that has
   *     the root of a shorter one
   */
  public static boolean reduce(byte[] nodes, int leaves) {
    boolean unambiguous = true;
    for (int size = leaves; size > 1; size = (size + 1) / 2) {
      for (int i = 0; i < size; i += 2) {
        int left = i * Hash.SIZE;
        int right = left;
        if (i + 1 < size) {
          right += Hash.SIZE;
          unambiguous &= !isEqual(nodes, left, right);
        }
        Sha256d.local()
            .update(nodes, left, Hash.SIZE)
            .update(nodes, right, Hash.SIZE)
            .finish(nodes, i / 2 * Hash.SIZE);
      }
    }
    return unambiguous;
  }

  private static boolean isEqual(byte[] nodes, int left, int right) {
    return Arrays.equals(nodes, left, left + Hash.SIZE, nodes, right, right + Hash.SIZE);
  }
}
