package org.bitcoinmultiplexer.bitcoin.session;

import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
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
      Headers headers = Headers.parse(answered.message());
      Hash later = headers.size() == 0 ? continuation : headers.hash(later(headers.size()));
      client.accept(Inventory.of(Commands.INV, InventoryVector.BLOCK, later));
    }
  }

  /**
   * Which header is named. Of a full batch not the last, which is the last of a later list of 500
   * as well: bitcoinj keeps an announced block it cannot connect, and so would not ask for that one
   * again, and get no continuation there.
   */
  private static int later(int headers) {
    return headers == Headers.MAX_SIZE ? headers - 2 : headers - 1;
  }
}
