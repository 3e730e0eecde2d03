package org.bitcoinmultiplexer.bitcoin.session;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.news.Newsroom;
import org.bitcoinmultiplexer.bitcoin.session.BlocksBatch.Continuation;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.ClientContext;
import org.jspecify.annotations.Nullable;

/**
 * What one client asks for: turns each request into a batch of canonical requests, and holds the
 * one thing that outlives a request, the continuation of {@code getblocks}.
 *
 * <p>Confined to the session's loop.
 */
final class Requests {

  private final ClientContext context;
  private final Network network;
  private final Newsroom newsroom;
  private final KnownHeaders known;

  // Of the last full answer to getblocks. Whoever fetches its last block is told of a later one
  // right behind it, and asks on from there: bitcoinj's way to synchronise.
  private @Nullable Continuation continuation;

  Requests(ClientContext context, Shared shared, KnownHeaders known) {
    this.context = context;
    this.network = shared.network();
    this.newsroom = shared.newsroom();
    this.known = known;
  }

  void getHeaders(Message message) {
    context.ask(new HeadersBatch(BlockLocator.parse(message), known, newsroom));
  }

  void getBlocks(Message message) {
    BlockLocator locator = BlockLocator.parse(message);
    context.ask(new BlocksBatch(locator, network.genesis(), next -> continuation = next));
  }

  void getData(Message message) {
    Inventory items = Inventory.parse(message);
    for (int i = 0; i < items.size(); i++) {
      if (items.type(i) == InventoryVector.FILTERED_BLOCK) {
        throw new Violation(
            Rules.NOT_OFFERED, "getdata of a filtered block, which needs the bloom service");
      }
    }
    if (items.size() > 0) {
      context.ask(new DataBatch(items, newsroom, this::blockDelivered));
    }
  }

  void getBlockTransactions(Message message) {
    BlockTransactionsRequest request = BlockTransactionsRequest.parse(message);
    context.ask(new BlockTransactionsBatch(request, context));
  }

  private void blockDelivered(Inventory items, int item, Consumer<? super Message> client) {
    Continuation next = continuation;
    if (next == null || !items.names(item, next.last())) {
      return;
    }
    continuation = null;
    BlockHeader tip = newsroom.tip();
    Hash later = tip != null ? tip.hash() : next.later();
    client.accept(Inventory.of(Commands.INV, InventoryVector.BLOCK, later));
  }
}
