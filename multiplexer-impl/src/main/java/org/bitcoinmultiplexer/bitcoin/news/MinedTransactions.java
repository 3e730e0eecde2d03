package org.bitcoinmultiplexer.bitcoin.news;

import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.Hub;
import org.jspecify.annotations.Nullable;

/**
 * Looks through new blocks for what of the {@link MempoolView} they have.
 *
 * <p>A block is asked for as soon as it is known, together with the clients that want it, and only
 * if there is anything that it could have: a node without wallets behind us is asked for nothing.
 * After more than {@link #MOST} at once, as after a long time without a node, nothing is known of
 * what waits, and all of it is forgotten.
 *
 * <p>Confined to the hub's loop.
 */
final class MinedTransactions {

  /** At most so many blocks are looked through at once: of most of a day. */
  static final int MOST = 100;

  private final Hub hub;
  private final MempoolView mempool;
  private final BooleanSupplier awaitsAny;
  private final BoundedSet<Hash> missed = new BoundedSet<>(MOST);
  private @Nullable Hash last;

  /**
   * No block is known.
   *
   * @param awaitsAny whether transactions are on their way here
   */
  MinedTransactions(Hub hub, MempoolView mempool, BooleanSupplier awaitsAny) {
    this.hub = hub;
    this.mempool = mempool;
    this.awaitsAny = awaitsAny;
  }

  /** These are now the last blocks of the best chain. */
  void news(List<BlockHeader> blocks) {
    if (!Objects.equals(blocks.get(0).previous(), last)) {
      mempool.forgetBlocks(); // some may have been disconnected
    }
    last = blocks.get(blocks.size() - 1).hash();
    if (blocks.size() > MOST) {
      mempool.clear();
      missed.clear();
    } else if (mempool.size() > 0 || awaitsAny.getAsBoolean()) {
      blocks.forEach(header -> ask(header.hash()));
    }
  }

  /** There is a node again. */
  void connected() {
    missed.drain().forEach(this::ask);
  }

  private void ask(Hash block) {
    hub.ask(
        Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, block),
        outcome -> {
          if (outcome instanceof Outcome.Answered answered) {
            lookThrough(answered.message());
          } else if (outcome instanceof Outcome.Failed) {
            missed.add(block);
          }
        });
  }

  private void lookThrough(Message block) {
    try {
      mempool.mined(block);
    } catch (MalformedMessageException e) {
      hub.counters().count(Counts.NODE_MALFORMED);
    }
  }
}
