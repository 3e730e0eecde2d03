package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.bitcoinj.base.Sha256Hash;
import org.jspecify.annotations.Nullable;

/**
 * The basic filters of all blocks that were ever on the active chain, and the chain of their
 * headers (BIP157). Made as they are asked for; what a block spent is known as long as it is on the
 * active chain, so filters of other branches must have been asked for before.
 *
 * <p>Guarded by the node's lock.
 */
final class Filters {
  private final Map<BlockEntry, byte[]> filters = new HashMap<>();
  private final Map<BlockEntry, Sha256Hash> headers = new HashMap<>();

  byte[] filter(BlockEntry block) {
    return filters.computeIfAbsent(block, Filters::make);
  }

  private static byte[] make(BlockEntry block) {
    BlockBody body = block.body();
    UtxoChange change = block.change();
    if (body == null || change == null) {
      throw new PeerViolationException("the filter of " + block + " cannot be made any more");
    }
    return BlockFilter.of(body, change.spent().values().stream().map(Utxo::script).toList());
  }

  /** The filter header of a block; zero before the genesis block. */
  Sha256Hash header(@Nullable BlockEntry block) {
    Deque<BlockEntry> way = new ArrayDeque<>();
    Sha256Hash header = null;
    for (BlockEntry at = block; at != null && header == null; at = at.parent()) {
      header = headers.get(at);
      if (header == null) {
        way.push(at);
      }
    }
    if (header == null) {
      header = Sha256Hash.ZERO_HASH;
    }
    for (BlockEntry next : way) {
      byte[] pair =
          new PayloadWriter().bytes(Sha256Hash.hashTwice(filter(next))).hash(header).toByteArray();
      header = Sha256Hash.wrapReversed(Sha256Hash.hashTwice(pair));
      headers.put(next, header);
    }
    return header;
  }
}
