package org.bitcoinmultiplexer.bitcoin.headers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * The way back from a block, for a locator: ten steps of one, then ever larger ones, and the
 * genesis block (Core's LocatorEntries).
 */
final class LocatorEntries {

  private static final int STEPS_OF_ONE = 10;

  private LocatorEntries() {}

  /**
   * Goes back from a block.
   *
   * @param height of it
   * @param ancestor finds the block at a height, itself included; asked for ever lower ones; null
   *     from where nothing is known
   * @return some 30 hashes at most
   */
  static List<Hash> of(int height, IntFunction<? extends @Nullable Hash> ancestor, Hash genesis) {
    List<Hash> locator = new ArrayList<>();
    int step = 1;
    for (int at = height; at > 0; at -= step) {
      Hash hash = ancestor.apply(at);
      if (hash == null) {
        break;
      }
      locator.add(hash);
      if (locator.size() > STEPS_OF_ONE) {
        step *= 2;
      }
    }
    locator.add(genesis);
    return locator;
  }
}
