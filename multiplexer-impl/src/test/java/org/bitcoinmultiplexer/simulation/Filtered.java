package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * The answer to a request for a filtered block, by the words of BIP37: a merkleblock, and the
 * transactions that matched.
 */
final class Filtered {

  private final List<Hash> txids;
  private final List<Boolean> matches;
  private final List<Boolean> bits = new ArrayList<>();
  private final List<Hash> hashes = new ArrayList<>();

  private Filtered(List<Hash> txids, List<Boolean> matches) {
    this.txids = txids;
    this.matches = matches;
  }

  /** The merkleblock. */
  static Message merkleblock(BlockFactory.Block block, TestFilter sieve) {
    Filtered tree =
        new Filtered(
            block.transactions.stream().map(tx -> tx.txid).toList(),
            block.transactions.stream().map(sieve::passes).toList());
    int height = 0;
    while (tree.width(height) > 1) {
      height++;
    }
    tree.walk(height, 0);
    byte[] flags = new byte[(tree.bits.size() + 7) / 8];
    for (int i = 0; i < tree.bits.size(); i++) {
      flags[i / 8] |= (byte) (tree.bits.get(i) ? 1 << (i % 8) : 0);
    }
    Bytes body = new Bytes().raw(block.header).i32(tree.txids.size()).size(tree.hashes.size());
    tree.hashes.forEach(body::hash);
    return Message.of(Commands.MERKLEBLOCK, body.sized(flags).toArray());
  }

  /** The transactions that have to follow right behind it. */
  static List<Message> transactions(BlockFactory.Block block, TestFilter sieve) {
    return block.transactions.stream().filter(sieve::passes).map(tx -> tx.stripped).toList();
  }

  private int width(int height) {
    return (txids.size() + (1 << height) - 1) >> height;
  }

  private void walk(int height, int at) {
    boolean matched = false;
    for (int i = at << height; i < Math.min((at + 1) << height, matches.size()); i++) {
      matched |= matches.get(i);
    }
    bits.add(matched);
    if (height == 0 || !matched) {
      hashes.add(hash(height, at));
      return;
    }
    walk(height - 1, 2 * at);
    if (2 * at + 1 < width(height - 1)) {
      walk(height - 1, 2 * at + 1);
    }
  }

  private Hash hash(int height, int at) {
    if (height == 0) {
      return txids.get(at);
    }
    Hash left = hash(height - 1, 2 * at);
    Hash right = 2 * at + 1 < width(height - 1) ? hash(height - 1, 2 * at + 1) : left;
    return BlockFactory.hash(new Bytes().hash(left).hash(right).toArray());
  }
}
