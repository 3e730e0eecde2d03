package org.bitcoinmultiplexer.bitcoin.session;

import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.Batch;

/**
 * Finds out a block that follows the continuation of a {@code getblocks}, when no tip is known: the
 * client only needs the name of some later block to ask for more.
 */
final class TipBatch implements Batch {

  private final Hash continuation;

  TipBatch(Hash continuation) {
    this.continuation = continuation;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public Message request(int item) {
    return Locators.getHeaders(List.of(continuation), Hash.ZERO);
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    if (outcome instanceof Outcome.Answered answered) {
      Hash last = answered.message().derive(Locators.LAST_HEADER);
      Hash later = last.equals(Hash.ZERO) ? continuation : last;
      client.accept(Inventory.of(Commands.INV, InventoryVector.BLOCK, later));
    }
  }
}
