package org.bitcoinmultiplexer.bitcoin.bloom;

import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * A filter on its way over a block, which may stop anywhere and go on later: what is left of making
 * the block ready, then the elements of all its transactions, then the proof of what matched.
 *
 * <p>Not safe for use by several threads; the block is shared with others that are on their way.
 */
public final class BlockMatching {

  private static final long STEPS_PER_PROOF_BYTE = 3; // they are copied, and hashed for the frame

  private final BlockMatcher block;
  private final BloomFilter filter;
  private @Nullable Search search; // null until the block is ready
  private long work;
  private @Nullable FilteredBlock result;

  BlockMatching(BlockMatcher block, BloomFilter filter) {
    this.block = block;
    this.filter = filter;
  }

  /**
   * Begins.
   *
   * @param block with or without witnesses, found valid by whoever got it
   * @param filter a client's; it changes on the way
   * @return of which nothing is done yet
   * @throws org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException if it is not a header and
   *     at least one transaction
   */
  public static BlockMatching of(Message block, BloomFilter filter) {
    return new BlockMatching(BlockMatcher.of(block), filter);
  }

  /**
   * Goes on.
   *
   * @param most about how much to do, in steps of a hash function, each about a nanosecond
   * @return whether the {@link #result} is there
   */
  public boolean advance(long most) {
    long limit = work + most;
    while (result == null && work < limit) {
      if (!block.isReady()) {
        work += block.prepare(limit - work);
      } else {
        look(limit - work);
      }
    }
    return result != null;
  }

  private void look(long most) {
    if (search == null) {
      search = new Search(block.elements(), filter);
    }
    work += search.advance(most);
    if (search.isDone()) {
      result = block.proof(search.matches());
      work += STEPS_PER_PROOF_BYTE * result.merkleblock().size();
    }
  }

  /**
   * What it has taken so far.
   *
   * @return in steps of a hash function
   */
  public long work() {
    return work;
  }

  /**
   * What the client is to get.
   *
   * @return once it is there
   */
  public FilteredBlock result() {
    if (result == null) {
      throw new IllegalStateException("the block has not been looked through");
    }
    return result;
  }
}
