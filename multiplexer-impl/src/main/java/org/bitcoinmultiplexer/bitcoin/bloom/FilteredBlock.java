package org.bitcoinmultiplexer.bitcoin.bloom;

import java.util.Objects;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;

/**
 * The answer to a request for a filtered block: a {@code merkleblock}, and the transactions that
 * matched. They belong together: the client takes the first message that is not one of them for the
 * end, so nothing may come in between.
 *
 * <p>Immutable, safe for use by any number of threads.
 */
public final class FilteredBlock {

  private final Block block;
  private final Message merkleblock;
  private final int[] matches;

  FilteredBlock(Block block, Message merkleblock, int[] matches) {
    this.block = block;
    this.merkleblock = merkleblock;
    this.matches = matches;
  }

  /**
   * The header and the proof of what matched.
   *
   * @return a merkleblock
   */
  public Message merkleblock() {
    return merkleblock;
  }

  /**
   * How many transactions matched.
   *
   * @return 0 or more
   */
  public int size() {
    return matches.length;
  }

  /**
   * The position in the block of a transaction that matched.
   *
   * @param index 0 to size - 1
   * @return 0 or more, ascending with the index
   */
  public int position(int index) {
    return matches[Objects.checkIndex(index, matches.length)];
  }

  /**
   * A transaction that matched, to be sent in this order.
   *
   * @param index 0 to size - 1
   * @return a new tx without witness; over the block's array if it never had one
   */
  public Message transaction(int index) {
    return Transaction.strip(block.transaction(position(index)));
  }
}
