package org.bitcoinmultiplexer.bitcoin.bloom;

import java.util.Arrays;
import java.util.BitSet;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * The proof that some txids are in a block: the tree of all of them, cut off wherever nothing below
 * matched (BIP37).
 *
 * <p>Walked depth first, from the root, left before right. A node has a bit: whether something
 * below matched. Where nothing did, and at leaves, its hash is part of the proof; otherwise the
 * walk descends.
 */
final class PartialMerkleTree {

  private final MerkleNodes tree;
  private final BitSet matches;
  private int[] hashes = new int[16];
  private int hashCount;
  private final BitSet bits = new BitSet();
  private int bitCount;

  private PartialMerkleTree(MerkleNodes tree, BitSet matches) {
    this.tree = tree;
    this.matches = matches;
  }

  /** The {@code merkleblock} of the transactions that matched. */
  static Message merkleblock(BlockHeader header, MerkleNodes tree, BitSet matches) {
    PartialMerkleTree partial = new PartialMerkleTree(tree, matches);
    partial.walk(tree.height(), 0);
    return partial.message(header);
  }

  private void walk(int level, int index) {
    int first = matches.nextSetBit(index << level);
    boolean matched = first >= 0 && first >> level == index;
    bits.set(bitCount++, matched);
    if (level == 0 || !matched) {
      if (hashCount == hashes.length) {
        hashes = Arrays.copyOf(hashes, 2 * hashCount);
      }
      hashes[hashCount++] = tree.node(level, index);
      return;
    }
    walk(level - 1, 2 * index);
    if (2 * index + 1 < tree.width(level - 1)) {
      walk(level - 1, 2 * index + 1);
    }
  }

  private Message message(BlockHeader header) {
    int flagBytes = (bitCount + 7) / 8;
    int size =
        BlockHeader.SIZE
            + 4
            + ByteWriter.sizeOfCompactSize(hashCount)
            + hashCount * Hash.SIZE
            + ByteWriter.sizeOfVarBytes(flagBytes);
    byte[] head = new byte[BlockHeader.SIZE];
    header.write(head, 0);
    ByteWriter out = new ByteWriter(size).bytes(head).i32(tree.leaves()).compactSize(hashCount);
    for (int i = 0; i < hashCount; i++) {
      tree.write(hashes[i], out);
    }
    return out.varBytes(Arrays.copyOf(bits.toByteArray(), flagBytes))
        .toMessage(Commands.MERKLEBLOCK);
  }
}
