package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Answers what the node asks us: from what is kept, or by asking clients in turn.
 *
 * <p>A transaction that nobody has is {@code notfound}. A block that was not handed in lately is
 * asked of who announced it, and otherwise silence, because the protocol has no other answer.
 * Headers come from the client that announced an unknown block last; if there is none, or none of
 * use, the answer is that there are no more.
 *
 * <p>Confined to the engine's loop.
 */
final class UpstreamRequestHandler {

  /** How long a client may take to show headers; the node asks nobody else for two minutes. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How many of the clients that announced unknown blocks are remembered. */
  private static final int MOST_ANNOUNCERS = 16;

  /** How many transactions the node may wait for; it asks for 100 at once. */
  private static final int MOST_AWAITED = 1_000;

  private static final Message NO_HEADERS = new Headers.Builder(0).toMessage();

  private final EventLoop loop;
  private final Counters counters;
  private final TransactionRelay transactions;
  private final BlockSubmissions submissions;
  private final DataRequestTracker fetches;
  private final UpstreamReplies answers;
  private final BoundedSet<Client> blockAnnouncers = new BoundedSet<>(MOST_ANNOUNCERS);
  private final Map<Hash, InventoryVector> awaited = new HashMap<>();
  private final List<InventoryVector> missing = new ArrayList<>();
  private boolean collecting;

  private @Nullable NodeContext node;

  // The getheaders that is being answered, whom of, and who may be asked yet.
  private @Nullable Message question;
  private @Nullable Client asked; // with a timer, until it has answered
  private final List<Client> others = new ArrayList<>();
  private EventLoop.@Nullable Timer timer;

  UpstreamRequestHandler(
      EngineContext engine,
      TransactionRelay transactions,
      BlockSubmissions submissions,
      DataRequestTracker fetches) {
    this.loop = engine.loop();
    this.counters = engine.counters();
    this.answers = new UpstreamReplies(engine);
    this.transactions = transactions;
    this.submissions = submissions;
    this.fetches = fetches;
  }

  void connected(NodeContext ready) {
    node = ready;
  }

  void disconnected() {
    node = null;
    answers.disconnected();
    awaited.clear();
    missing.clear();
    settle();
  }

  /** The node asks for items. */
  void getdata(Inventory items) {
    collecting = true;
    for (int i = 0; i < items.size(); i++) {
      InventoryVector item = items.get(i);
      if (InventoryVector.isTransaction(item.type())) {
        counters.count(Counter.ASK_US_TX);
        transaction(item);
      } else {
        counters.count(Counter.ASK_US_BLOCK);
        block(item);
      }
    }
    collecting = false;
    sayMissing();
  }

  private void transaction(InventoryVector item) {
    if (transactions.serve(item, answers)) {
      return;
    }
    if (awaited.size() < MOST_AWAITED) {
      awaited.put(item.hash(), item);
      fetches.want(item.hash());
    } else {
      missing.add(item);
    }
  }

  private void block(InventoryVector item) {
    Hash hash = item.hash();
    Message block = submissions.find(hash);
    if (block == null
        || item.type() == InventoryVector.FILTERED_BLOCK
        || !answers.give(
            item.type() == InventoryVector.BLOCK ? Block.strip(block) : block,
            () -> submissions.fetched(hash))) {
      counters.count(Counter.ASK_US_NOT_SERVED);
    }
    if (block == null) {
      submissions.requested(hash);
    }
  }

  /** A transaction has come; how the node asked for it, so that it is to be sent, or null. */
  @Nullable InventoryVector arrived(Transaction transaction) {
    InventoryVector byTxid = awaited.remove(transaction.txid());
    InventoryVector byWtxid = awaited.remove(transaction.wtxid());
    return byWtxid != null ? byWtxid : byTxid;
  }

  /** No client has it. */
  void exhausted(Hash hash) {
    InventoryVector item = awaited.remove(hash);
    if (item != null) {
      missing.add(item);
      sayMissing();
    }
  }

  /** Says what cannot be had, all of one request at once. */
  private void sayMissing() {
    if (!collecting && !missing.isEmpty()) {
      counters.counter(Counter.ASK_US_NOT_SERVED).add(missing.size());
      send(Inventory.of(Commands.NOTFOUND, missing));
      missing.clear();
    }
  }

  /** A client announced a block that nobody knew: it may have headers that the node has not. */
  void hasUnknownBlock(Client client) {
    blockAnnouncers.remove(client);
    blockAnnouncers.add(client);
  }

  /**
   * The node asks for headers. A question that was still open is answered with this one: the node
   * takes the next {@code headers} for its answer.
   *
   * @param getheaders canonical
   */
  void getheaders(Message getheaders) {
    counters.count(Counter.ASK_US_HEADERS);
    settle();
    question = getheaders;
    blockAnnouncers.forEach(client -> others.add(0, client));
    askNext();
  }

  /** Whether this client was asked for headers, so that what it sends is the answer. */
  boolean isAsked(Client client) {
    return asked == client && timer != null;
  }

  /** A client that {@link #isAsked} answered. */
  void answered(Client by, Headers headers) {
    if (headers.size() == 0 || submissions.flaw(headers) != null) {
      askNext();
      return;
    }
    cancelTimer();
    submissions.show(
        headers,
        isShown -> {
          if (asked != by || timer != null) {
            return; // it has left, or the node has asked again
          }
          if (isShown) {
            settle();
            var unused = submissions.announced(by, headers); // the node is going to ask for them
          } else {
            askNext();
          }
        });
  }

  /** A client is gone. */
  void left(Client client) {
    blockAnnouncers.remove(client);
    others.remove(client);
    if (asked == client) {
      askNext();
    }
  }

  private void askNext() {
    cancelTimer();
    Message open = question;
    if (open == null) {
      return;
    }
    if (others.isEmpty()) {
      send(NO_HEADERS);
      settle();
      return;
    }
    Client next = others.remove(0);
    asked = next;
    timer = loop.schedule(PATIENCE, () -> expired(next));
    next.push(open);
  }

  private void expired(Client client) {
    if (asked == client) {
      askNext();
    }
  }

  private void settle() {
    cancelTimer();
    question = null;
    asked = null;
    others.clear();
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void send(Message message) {
    if (node != null) {
      node.send(message);
    }
  }
}
