package org.bitcoinmultiplexer.bitcoin.bloom;

import java.util.BitSet;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;

/**
 * A block made ready for filters: taken apart and hashed once, so that each filter costs no more
 * than its own hash functions.
 *
 * <p>Takes half the memory of the block in addition to it. Immutable, safe for use by any number of
 * threads.
 */
public final class BlockMatcher {

  private static final Function<Message, BlockMatcher> READ = BlockMatcher::new;

  private final Block block;
  private final MerkleNodes tree;
  private final Elements elements;

  private BlockMatcher(Message message) {
    block = Block.parse(message);
    if (block.size() == 0) {
      throw new MalformedMessageException("block: no transactions to match");
    }
    tree = MerkleNodes.of(block);
    elements = Elements.of(block, tree.txids());
  }

  /**
   * Makes a block ready; the outcome is kept with the message.
   *
   * @param message a block, with or without witnesses, found valid by whoever got it
   * @return the same for all who ask
   * @throws MalformedMessageException if it is not a header and at least one transaction
   */
  public static BlockMatcher of(Message message) {
    return message.derive(READ);
  }

  /**
   * About how much memory it takes to have a block ready, beside the block itself.
   *
   * @param strippedSize the size of the block without witnesses, in bytes
   * @return in bytes
   */
  public static long footprint(int strippedSize) {
    return strippedSize / 2;
  }

  /**
   * Passes a filter over the block, transaction by transaction. An output that matches may be put
   * into the filter at once, so that a later transaction that spends it matches, too.
   *
   * @param filter a client's; may change
   * @return what the client is to get
   */
  public FilteredBlock match(BloomFilter filter) {
    BitSet matches = new BitSet(block.size());
    for (int i = 0; i < block.size(); i++) {
      if (elements.match(i, filter)) {
        matches.set(i);
      }
    }
    Message merkleblock = PartialMerkleTree.merkleblock(block.header(), tree, matches);
    return new FilteredBlock(block, merkleblock, matches.stream().toArray());
  }
}
