package org.bitcoinmultiplexer.bitcoin.session;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOCKS_IN_TRANSIT_PER_PEER;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_PEER_TX_ANNOUNCEMENTS;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_STANDARD_TX_WEIGHT;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockCheck;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.HeadersCheck;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.chain.Verdict;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.relay.Client;
import org.bitcoinmultiplexer.bitcoin.relay.NodeRelay;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.budget.Rate;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * What one client brings: announcements, headers, transactions and blocks, on their way to the
 * relay once they are known to be what their form promises.
 *
 * <p>Confined to the session's loop.
 */
final class ClientAnnouncements {

  /** Core ignores a {@code notfound} of more: 5,000 transactions and 16 blocks. */
  static final int MOST_NOT_FOUND = MAX_PEER_TX_ANNOUNCEMENTS + MAX_BLOCKS_IN_TRANSIT_PER_PEER;

  private final Client self;
  private final ClientContext context;
  private final Network network;
  private final NodeView node;
  private final NodeRelay nodeRelay;
  private final KnownHeaders known;
  private final TransactionAnnouncer transactions;
  private final int transactionType;

  /**
   * Nothing was offered yet.
   *
   * @param self the client as the relay knows it
   * @param byWtxid whether the client announces transactions by wtxid; what it announces the other
   *     way is skipped, as in Core
   */
  ClientAnnouncements(
      Client self,
      ClientContext context,
      SharedContext shared,
      boolean byWtxid,
      KnownHeaders known,
      TransactionAnnouncer transactions) {
    this.self = self;
    this.context = context;
    this.network = shared.network();
    this.node = shared.node();
    this.nodeRelay = shared.nodeRelay();
    this.known = known;
    this.transactions = transactions;
    this.transactionType = byWtxid ? InventoryVector.WTX : InventoryVector.TX;
  }

  void inv(Message message) {
    Inventory inventory = Inventory.parse(message);
    List<InventoryVector> news = new ArrayList<>();
    for (int i = 0; i < inventory.size(); i++) {
      int type = inventory.type(i);
      if (type == InventoryVector.BLOCK) {
        known.announced(inventory.hash(i));
      } else if (type == transactionType) {
        transactions.clientHas(inventory.hash(i));
      } else {
        continue;
      }
      if (!context.budget().take(Rate.ANNOUNCEMENTS, 1)) {
        context.engine().counters().counter(Counter.CLIENT_INV_DROPPED).add(inventory.size() - i);
        break;
      }
      news.add(inventory.get(i));
    }
    if (!news.isEmpty()) {
      nodeRelay.announced(self, news);
    }
  }

  void headers(Message message) {
    Headers headers = Headers.parse(message);
    Verdict verdict = HeadersCheck.verdict(headers, network);
    if (!verdict.isValid()) {
      throw new Violation(Counter.CLOSED_BAD_HEADERS, verdict.reason());
    }
    if (headers.size() > 0) {
      known.announced(headers.hash(headers.size() - 1));
    }
    nodeRelay.headers(self, headers.toMessage());
  }

  void transaction(Message message) {
    if (!context.budget().take(Rate.ANNOUNCEMENTS, 1)) {
      context.engine().counters().count(Counter.CLIENT_TX_DROPPED);
      return;
    }
    Transaction transaction = Transaction.parse(message);
    Message tx = transaction.toMessage();
    transactions.clientHas(transaction.txid());
    transactions.clientHas(transaction.wtxid());
    if (3 * transaction.strippedSize() + tx.size() > MAX_STANDARD_TX_WEIGHT) {
      // It might be valid, but only a miner would take it, and not from a peer.
      context.engine().counters().count(Counter.CLIENT_TX_OVERSIZED);
    } else {
      context.handsIn(Client.cost(tx));
      nodeRelay.submitted(self, tx);
    }
  }

  void block(Message message) {
    BlockHeader header = BlockHeader.of(message);
    if (!header.hasProofOfWork(network)) {
      throw new Violation(
          Counter.CLOSED_BAD_BLOCK,
          "block " + header.hash() + " has no proof of work for what it states");
    }
    boolean canBeJudged =
        nodeRelay.isBuiltOn(header.previous()) && node.header(header.hash()) == null;
    Verdict verdict = canBeJudged ? BlockCheck.verdict(message, network) : Verdict.VALID;
    if (!verdict.isValid()) {
      throw new Violation(Counter.CLOSED_BAD_BLOCK, verdict.reason());
    }
    known.announced(header.hash());
    context.handsIn(Client.cost(message));
    nodeRelay.submittedBlock(self, message);
  }

  void notFound(Message message) {
    Inventory inventory = Inventory.parse(message);
    if (inventory.size() <= MOST_NOT_FOUND) {
      nodeRelay.refused(self, inventory.toMessage());
    }
  }
}
