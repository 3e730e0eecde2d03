package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.List;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.jspecify.annotations.Nullable;

/** Headers that are known, of any branch, and which chain of them is taken for the best. */
interface HeaderTree {

  /** What became of headers. */
  enum Result {
    /** They build on what is known, or are known. */
    CONNECTED,
    /** They build on something that is not known. */
    UNCONNECTED,
    /** They are not consecutive, without proof of work, or otherwise not of this network. */
    UNTRUE
  }

  /** The height of the best chain, 0 if there is none. */
  int height();

  /** The height of a block of any branch; -1 if it is not known. */
  int height(Hash block);

  /** The block of the best chain at a height, or its tip; the genesis block if it is not known. */
  Hash at(int height);

  /** The way back from a block: some 30 hashes, of which the last is the genesis block's. */
  List<Hash> locator(Hash block);

  /** The header of a block of any branch; null if it is not known. */
  @Nullable BlockHeader header(Hash block);

  /** Adds what builds on known headers; the best chain need not change. */
  Result add(Headers headers);
}
