package org.bitcoinmultiplexer.bitcoin.session;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.filter.FilterIndex;
import org.bitcoinmultiplexer.bitcoin.node.NodeState;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.relay.NodeRelay;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceAnswer;
import org.bitcoinmultiplexer.bitcoin.session.BlocksBatch.Continuation;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.Batch;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * What one client asks for: turns each request into a batch of canonical requests, which is asked
 * in order or, if it has a number, for itself; and holds the one thing that outlives a request, the
 * continuation of {@code getblocks}, which is no matter of numbered ones.
 *
 * <p>Confined to the session's loop.
 */
final class ClientRequests {

  private final ClientContext context;
  private final Network network;
  private final NodeView node;
  private final NodeRelay nodeRelay;
  private final CompactBlocks compactBlocks;
  private final KnownHeaders known;
  private final ClientFilter filter;
  private final @Nullable FilterRequests filters; // null if there are none
  private final FilterIndex compactFilters;

  // Of the last full answer to getblocks. Whoever fetches its last block is told of a later one
  // right behind it, and asks on from there: bitcoinj's way to synchronise.
  private @Nullable Continuation continuation;

  ClientRequests(
      ClientContext context,
      SharedContext shared,
      KnownHeaders known,
      ClientFilter filter,
      @Nullable FilterRequests filters) {
    this.context = context;
    this.network = shared.network();
    this.node = shared.node();
    this.nodeRelay = shared.nodeRelay();
    this.compactBlocks = shared.compactBlocks();
    this.known = known;
    this.filter = filter;
    this.filters = filters;
    this.compactFilters = shared.types().filters();
  }

  void getHeaders(Message message, SequenceAnswer answer) {
    ask(new HeadersBatch(BlockLocator.parse(message), known, node), answer);
  }

  void getBlocks(Message message, SequenceAnswer answer) {
    BlockLocator locator = BlockLocator.parse(message);
    ask(
        new BlocksBatch(
            locator, network.genesis(), node::headerChain, next -> onFull(next, answer)),
        answer);
  }

  private void onFull(Continuation next, SequenceAnswer answer) {
    if (!answer.isNumbered()) {
      continuation = next;
    }
  }

  void getData(Message message, SequenceAnswer answer) {
    Inventory items = Inventory.parse(message);
    for (int i = 0; i < items.size() && filters == null; i++) {
      if (items.type(i) == InventoryVector.FILTERED_BLOCK) {
        throw new Violation(
            Counter.CLOSED_NOT_OFFERED,
            "getdata of a filtered block, which needs the bloom service");
      }
    }
    if (items.size() > 0) {
      DataBatch.AfterBlock afterBlock =
          answer.isNumbered() ? (all, item, client) -> {} : this::blockDelivered;
      ClientFilter seenThrough = filters != null && filters.willBeLoaded() ? filter : null;
      DataBatch data =
          new DataBatch(items, node, nodeRelay::missing, compactBlocks, seenThrough, afterBlock);
      Hash unknown = compactBlocks.firstOfUnknownDepth(items);
      ask(unknown == null ? data : new DepthFirstBatch(unknown, compactBlocks, data), answer);
    } else {
      answer.end();
    }
  }

  void getBlockTransactions(Message message, SequenceAnswer answer) {
    BlockTransactionsRequest request = BlockTransactionsRequest.parse(message);
    ask(new BlockTransactionsBatch(request, compactBlocks, context), answer);
  }

  /** A request for compact filters, or what can be known of them. */
  void getCompactFilters(Message message, SequenceAnswer answer) {
    String command = message.command();
    FilterRange range;
    if (command.equals(Commands.GETCFCHECKPT)) {
      FilterCheckpointsRequest asked = FilterCheckpointsRequest.parse(message);
      range = new FilterRange(asked.type(), 0, asked.stop());
    } else {
      range = FilterRange.parse(message);
    }
    CompactFilterSearch search =
        new CompactFilterSearch(command, range, node, compactFilters, context.engine().counters());
    CompactFilterBatch batch = new CompactFilterBatch(context, command, search);
    if (batch.size() > 0) {
      ask(batch, answer);
    } else {
      answer.end();
    }
  }

  /** A request of a provider's row. */
  void forward(Message canonical, SequenceAnswer answer) {
    ask(new ForwardBatch(canonical), answer);
  }

  private void ask(Batch batch, SequenceAnswer answer) {
    if (answer.isNumbered()) {
      context.askUnordered(new NumberedBatch(batch, answer));
    } else {
      context.ask(batch);
    }
  }

  private void blockDelivered(Inventory items, int item, Consumer<? super Message> client) {
    Continuation next = continuation;
    if (next == null || !items.names(item, next.last())) {
      return;
    }
    continuation = null;
    // While we catch up with the node our tip may be below the last block: a client that is told of
    // what it has goes on when the next block is announced, and not before.
    BlockHeader tip = node.tip();
    NodeState state = node.state();
    Hash later = tip != null && state != null && state.isCurrent() ? tip.hash() : next.later();
    client.accept(Inventory.of(Commands.INV, InventoryVector.BLOCK, later));
  }
}
