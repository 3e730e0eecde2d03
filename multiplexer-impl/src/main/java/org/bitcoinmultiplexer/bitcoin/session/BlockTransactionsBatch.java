package org.bitcoinmultiplexer.bitcoin.session;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * A {@code getblocktxn}: cut out of the whole block, because a {@code blocktxn} does not say which
 * positions it has, so that two clients' could be swapped. Of a block that lies deeper than ten
 * below the tip the whole is sent instead, as by Core.
 */
final class BlockTransactionsBatch implements SingleBatch {

  // Several clients ask for parts of one block at a time: it is walked over once.
  private static final Function<Message, Block> PARSED = Block::parse;

  private final BlockTransactionsRequest wanted;
  private final CompactBlocks blocks;
  private final ClientContext context;

  BlockTransactionsBatch(
      BlockTransactionsRequest wanted, CompactBlocks blocks, ClientContext context) {
    this.wanted = wanted;
    this.blocks = blocks;
    this.context = context;
  }

  /** Whoever was told of a block by its short form asks for this next. */
  @Override
  public @Nullable Outcome local(int item) {
    if (!blocks.isShown(wanted.block())) {
      return Outcome.Absent.INSTANCE;
    }
    Message newest = blocks.find(wanted.block());
    return newest == null ? null : new Outcome.Answered(List.of(newest));
  }

  @Override
  public Message canonical() {
    return Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, wanted.block());
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    if (!(outcome instanceof Outcome.Answered answered)) {
      return;
    }
    if (!blocks.servesPartsOf(wanted.block())) {
      client.accept(answered.message());
      return;
    }
    Message part;
    try {
      part = answered.message().derive(PARSED).blocktxn(wanted);
    } catch (MalformedMessageException e) {
      context.disconnect(Counter.CLOSED_BAD_INDEX, String.valueOf(e.getMessage()));
      return;
    }
    client.accept(part);
  }
}
