package org.bitcoinmultiplexer.bitcoin.session;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PEER_TX_ANNOUNCEMENTS;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.node.NodeState;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.Batch;
import org.jspecify.annotations.Nullable;

/**
 * A {@code getdata}: blocks and transactions in the order and flavour in which they were asked for.
 *
 * <p>Upstream is always asked for the form with witness, so that all clients share one answer; who
 * asked for the other is given what remains without, who asked for a recent block in short its
 * {@code cmpctblock}, and who asked for a filtered one what its filter lets pass.
 *
 * <p>What cannot be had is answered as Core does: a block with silence, transactions with one
 * {@code notfound} per run of them. (It comes in front of the block behind the run; Core's comes
 * after it. Nobody can rely on either.) It names what was asked for as it was asked for, wtxids to
 * whoever used them. A failed transaction counts as absent, and a failed block ends the session, as
 * Core ends it for a block that it does not give to anybody. Other types are consumed in silence.
 */
final class DataBatch implements Batch {

  /** Hears that a block was delivered, and may send something right behind it. */
  interface AfterBlock {
    void delivered(Inventory items, int block, Consumer<? super Message> client);
  }

  private final Inventory items;
  private final NodeView node;
  private final BiConsumer<Hash, @Nullable NodeState> notGiven;
  private final CompactBlocks compactBlocks;
  private final @Nullable ClientFilter filter;
  private final AfterBlock afterBlock;
  private List<InventoryVector> missing = List.of();
  private @Nullable NodeState asked; // whoever is asked for the last block

  /**
   * A request.
   *
   * @param items at least one
   * @param node has the transactions that wait to be mined
   * @param notGiven hears of a block that the node of this state did not give
   * @param compactBlocks makes blocks short
   * @param filter through which filtered blocks are seen; null if there will be none to see any
   * @param afterBlock hears of every block
   */
  DataBatch(
      Inventory items,
      NodeView node,
      BiConsumer<Hash, @Nullable NodeState> notGiven,
      CompactBlocks compactBlocks,
      @Nullable ClientFilter filter,
      AfterBlock afterBlock) {
    this.items = items;
    this.node = node;
    this.notGiven = notGiven;
    this.compactBlocks = compactBlocks;
    this.filter = filter;
    this.afterBlock = afterBlock;
  }

  @Override
  public int size() {
    return items.size();
  }

  @Override
  public @Nullable Outcome local(int item) {
    int type = items.type(item);
    if (InventoryVector.isTransaction(type)) {
      Message tx = node.waiting(items.hash(item), type == InventoryVector.WTX);
      return tx != null ? new Outcome.Answered(List.of(tx)) : null;
    }
    asked = node.state();
    return isSeen(type) && node.isShown(items.hash(item)) ? null : Outcome.Absent.INSTANCE;
  }

  private boolean isSeen(int type) {
    return InventoryVector.isBlock(type)
        && (type != InventoryVector.FILTERED_BLOCK || filter != null);
  }

  @Override
  public Message request(int item) {
    int type = items.type(item);
    int asked;
    if (InventoryVector.isBlock(type)) {
      asked = InventoryVector.WITNESS_BLOCK;
    } else {
      asked = type == InventoryVector.WTX ? type : InventoryVector.WITNESS_TX;
    }
    if (asked == type && items.size() == 1) {
      return items.toMessage(); // in canonical form, just what would be written again
    }
    return Inventory.of(Commands.GETDATA, asked, items.hash(item));
  }

  /** There is a negative answer for transactions, and none for blocks. */
  @Override
  public boolean canFail(int item) {
    return InventoryVector.isTransaction(items.type(item));
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    throw new IllegalStateException("delivered in parts only");
  }

  @Override
  public boolean deliverPart(int item, Outcome outcome, Consumer<? super Message> client) {
    return deliverPart(item, outcome, compactBlocks.inShort, client);
  }

  /**
   * As otherwise.
   *
   * @param inShort makes of a whole block what whoever asks for it in short is sent
   */
  boolean deliverPart(
      int item, Outcome outcome, UnaryOperator<Message> inShort, Consumer<? super Message> client) {
    int type = items.type(item);
    if (InventoryVector.isTransaction(type)) {
      if (outcome instanceof Outcome.Answered answered) {
        Message tx = answered.message();
        client.accept(type == InventoryVector.TX ? Transaction.strip(tx) : tx);
      } else {
        missing(items.get(item), client);
      }
      return true;
    }
    end(client);
    if (outcome instanceof Outcome.Answered answered) {
      if (!send(type, answered.message(), inShort, client)) {
        return false;
      }
      afterBlock.delivered(items, item, client);
    } else if (outcome instanceof Outcome.Absent && isSeen(type)) {
      notGiven.accept(items.hash(item), asked);
    }
    return true;
  }

  private boolean send(
      int type, Message block, UnaryOperator<Message> inShort, Consumer<? super Message> client) {
    switch (type) {
      case InventoryVector.BLOCK -> client.accept(Block.strip(block));
      case InventoryVector.CMPCT_BLOCK -> client.accept(inShort.apply(block));
      case InventoryVector.FILTERED_BLOCK -> {
        return filter == null || filter.deliver(block, client);
      }
      default -> client.accept(block);
    }
    return true;
  }

  @Override
  public void end(Consumer<? super Message> client) {
    if (!missing.isEmpty()) {
      client.accept(Inventory.of(Commands.NOTFOUND, missing));
      missing = List.of();
    }
  }

  private void missing(InventoryVector vector, Consumer<? super Message> client) {
    if (missing.isEmpty()) {
      missing = new ArrayList<>();
    }
    missing.add(vector);
    if (missing.size() == MAX_PEER_TX_ANNOUNCEMENTS) { // of more, Core ignores all (NP[NOTFOUND])
      end(client);
    }
  }
}
