package org.bitcoinmultiplexer.simulation;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;

/**
 * The way of one client through lists of 500 blocks: who fetches the last block of a list is told
 * of a later one right behind it.
 */
final class Continuation {

  private static final int FULL = 500;

  private final Chain chain;
  private Hash last;
  private Hash passed;
  private boolean isDue;

  Continuation(Chain chain) {
    this.chain = chain;
  }

  /** The last block of a full list, which is yet to be fetched; else null. */
  Hash last() {
    return last;
  }

  /** The last block of a full list behind which a later one was named; else null. */
  Hash passed() {
    return passed;
  }

  /** Whether the next message is to name a later block. */
  boolean isDue() {
    return isDue;
  }

  void answered(Expectation expectation, Message message) {
    if (expectation instanceof Expectations.OfInventory) {
      Inventory items = Inventory.parse(message);
      if (items.size() == FULL) {
        last = items.hash(FULL - 1);
      }
    } else if (expectation instanceof DataExpectation data
        && data.delivered() != null
        && data.delivered().equals(last)) {
      passed = last;
      last = null;
      isDue = true;
    }
  }

  /** Whether it was right to be told of this when a later block was due. */
  boolean leadsOn(Inventory items) {
    isDue = false;
    Chain.Known named = chain.findEver(items.hash(0));
    Chain.Known behind = chain.findEver(passed);
    return items.size() == 1
        && items.type(0) == InventoryVector.BLOCK
        && named != null
        && (named.height() > behind.height() || named == behind || chain.wasReplaced());
  }
}
