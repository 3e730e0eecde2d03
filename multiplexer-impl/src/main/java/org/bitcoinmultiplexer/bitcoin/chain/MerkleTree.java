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
        int right = i + 1 < size ? left + Hash.SIZE : left;
        unambiguous &= right == left || !isEqual(nodes, left, right);
        join(nodes, left, right, i / 2 * Hash.SIZE);
      }
    }
    return unambiguous;
  }

  /**
   * Replaces two lists of as many leaves by their roots, in place. What is the same in both is
   * hashed once: of txids and wtxids all that is above transactions without a witness.
   *
   * @return what {@link #reduce} returns for the first
   */
  static boolean reduceBoth(byte[] first, byte[] second, int leaves) {
    boolean unambiguous = true;
    for (int size = leaves; size > 1; size = (size + 1) / 2) {
      for (int i = 0; i < size; i += 2) {
        int left = i * Hash.SIZE;
        int right = i + 1 < size ? left + Hash.SIZE : left;
        int parent = i / 2 * Hash.SIZE;
        unambiguous &= right == left || !isEqual(first, left, right);
        int end = right + Hash.SIZE;
        boolean same = Arrays.equals(first, left, end, second, left, end);
        join(first, left, right, parent);
        if (same) {
          System.arraycopy(first, parent, second, parent, Hash.SIZE);
        } else {
          join(second, left, right, parent);
        }
      }
    }
    return unambiguous;
  }

  private static void join(byte[] nodes, int left, int right, int parent) {
    Sha256d hash = Sha256d.local();
    if (left == right) {
      hash.update(nodes, left, Hash.SIZE).update(nodes, left, Hash.SIZE);
    } else {
      hash.update(nodes, left, 2 * Hash.SIZE); // they are neighbours
    }
    hash.finish(nodes, parent);
  }

  private static boolean isEqual(byte[] nodes, int left, int right) {
    return Arrays.equals(nodes, left, left + Hash.SIZE, nodes, right, right + Hash.SIZE);
  }
}
