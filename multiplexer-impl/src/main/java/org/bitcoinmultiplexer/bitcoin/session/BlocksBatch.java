package org.bitcoinmultiplexer.bitcoin.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.Batch;

/**
 * A {@code getblocks}, asked upstream as {@code getheaders}: on a shared connection the node's
 * answer could not be told from its announcements, and its one continuation would be whoever asked
 * last's.
 *
 * <p>Answered as by Core with at most {@value #MOST} hashes in one {@code inv}, the stop block not
 * among them; never with an empty one. An empty locator starts behind the genesis block here,
 * whereas in {@code getheaders} it means something else.
 */
final class BlocksBatch implements Batch {

  /** The most hashes in one answer. */
  static final int MOST = 500;

  private final Hash stop;
  private final Message canonical;
  private final Consumer<? super Hash> full;

  /**
   * A request.
   *
   * @param locator the client's
   * @param genesis of the network
   * @param full hears the last hash of an answer that could not hold more
   */
  BlocksBatch(BlockLocator locator, Hash genesis, Consumer<? super Hash> full) {
    this.stop = locator.stop();
    this.canonical =
        locator.size() > 0
            ? Locators.canonical(locator)
            : Locators.getHeaders(List.of(genesis), stop);
    this.full = full;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public Message request(int item) {
    return canonical;
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    if (outcome instanceof Outcome.Answered answered) {
      List<Hash> blocks = blocks(Headers.parse(answered.message()));
      if (!blocks.isEmpty()) {
        client.accept(Inventory.of(Commands.INV, InventoryVector.BLOCK, blocks));
      }
      if (blocks.size() == MOST) {
        full.accept(blocks.get(MOST - 1));
      }
    }
  }

  private List<Hash> blocks(Headers headers) {
    int most = Math.min(headers.size(), MOST);
    List<Hash> blocks = new ArrayList<>(most);
    for (int i = 0; i < most; i++) {
      Hash hash = headers.hash(i);
      if (hash.equals(stop)) {
        break;
      }
      blocks.add(hash);
    }
    return blocks;
  }
}
