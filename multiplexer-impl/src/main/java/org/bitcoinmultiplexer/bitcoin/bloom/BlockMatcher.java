package org.bitcoinmultiplexer.bitcoin.bloom;

import java.util.BitSet;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * A block made ready for filters: taken apart and hashed once, so that each filter costs no more
 * than its own hash functions.
 *
 * <p>Takes half the memory of the block in addition to it, and never more than one and a half times
 * as much. Being made ready it may stop between two transactions: whoever needs it goes on with it.
 * Safe for use by any number of threads.
 */
public final class BlockMatcher {

  private static final Function<Message, BlockMatcher> READ = BlockMatcher::new;

  private static final long ALL = Long.MAX_VALUE / 2;

  private final Block block;
  private final MerkleNodes tree;
  private volatile @Nullable Elements elements; // null until all is ready
  private Elements.@Nullable Scan scan; // null before the beginning, and when all is ready
  private int prepared; // transactions

  private BlockMatcher(Message message) {
    block = Block.parse(message);
    if (block.size() == 0) {
      throw new MalformedMessageException("block: no transactions to match");
    }
    tree = new MerkleNodes(block.size());
  }

  /**
   * The matcher of a block, which is kept with the message.
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
   * Passes a filter over the block, transaction by transaction, in one go. An output that matches
   * may be put into the filter at once, so that a later transaction that spends it matches, too.
   *
   * @param filter a client's; may change
   * @return what the client is to get
   */
  public FilteredBlock match(BloomFilter filter) {
    BlockMatching matching = new BlockMatching(this, filter);
    matching.advance(ALL);
    return matching.result();
  }

  /** Whether nothing is left to be done before filters can pass. */
  boolean isReady() {
    return elements != null;
  }

  /**
   * Goes on making it ready, unless it is.
   *
   * @param most about how much to do, in steps of a hash function
   * @return how much was done
   */
  synchronized long prepare(long most) {
    if (isReady()) {
      return 0;
    }
    Elements.Scan scanning = scan;
    if (scanning == null) {
      scanning = new Elements.Scan(block.size(), block.toMessage());
      scan = scanning;
    }
    long work = 0;
    while (prepared < block.size() && work < most) {
      Message transaction = block.transaction(prepared);
      scanning.add(prepared, transaction);
      work += transaction.size() + tree.add(block.txid(prepared), transaction.size());
      prepared++;
    }
    while (prepared == block.size() && !tree.isComplete() && work < most) {
      work += tree.addParent();
    }
    if (tree.isComplete()) {
      elements = scanning.elements(tree.txids());
      scan = null;
    }
    return work;
  }

  /** What filters are asked about. */
  Elements elements() {
    Elements ready = elements;
    if (ready == null) {
      throw new IllegalStateException("the block is not ready");
    }
    return ready;
  }

  /** The proof of what matched, and that. */
  FilteredBlock proof(BitSet matches) {
    Message merkleblock = PartialMerkleTree.merkleblock(block.header(), tree, matches);
    return new FilteredBlock(block, merkleblock, matches.stream().toArray());
  }
}
