package org.bitcoinmultiplexer.bitcoin.headers;

import java.util.List;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * Headers that are known, of any branch, and which chain of them is taken for the best: all of them
 * at a moment ({@link ChainView}), or the last ones as they are now ({@link HeaderWindow}). Who
 * reads it need not know which. Any thread.
 */
public interface HeaderView {

  /**
   * The height of the best chain.
   *
   * @return 0 if there is none
   */
  int height();

  /**
   * The height of a block, of any branch.
   *
   * @param block a block hash
   * @return a negative number if it is not known
   */
  int height(Hash block);

  /**
   * The block of the best chain at a height.
   *
   * @param height 0 or more
   * @return its hash, that of the tip if this is higher; the genesis block's if it is not known
   */
  Hash at(int height);

  /**
   * How many blocks of the best chain there are from a block on, as Core counts depth: the tip has
   * a depth of 0.
   *
   * @param block a block hash
   * @return a negative number if it is not on the best chain, as far as that is known
   */
  int depth(Hash block);

  /**
   * Whether the best chain is known so far below its tip.
   *
   * @param depth 0 or more
   * @return false if it is shorter, or there is none
   */
  boolean reaches(int depth);

  /**
   * The header of a block, of any branch.
   *
   * @param block a block hash
   * @return null if it is not known
   */
  @Nullable BlockHeader header(Hash block);

  /**
   * The way back from a block, of any branch: ten steps of one, then ever larger ones, and the
   * genesis block (Core's LocatorEntries).
   *
   * @param block that is known
   * @return hashes for a getheaders, this block first, some 30 of them
   */
  List<Hash> locator(Hash block);
}
