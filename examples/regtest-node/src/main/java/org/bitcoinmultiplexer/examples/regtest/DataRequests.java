package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;
import org.jspecify.annotations.Nullable;

/**
 * Serves one peer's {@code getdata} item by item.
 *
 * <p>As in Core one step serves the transactions at the front and one item more; what was not found
 * of them is told at the end of the step. Guarded by the node's lock, except for {@link
 * #isPending}, which is for the thread that serves.
 */
final class DataRequests {
  private static final int MAX_ITEMS = 50_000;

  private final Node node;
  private final Peer peer;
  private final Deque<InventoryVector> pending = new ArrayDeque<>();
  private @Nullable Sha256Hash continuation;

  DataRequests(Node node, Peer peer) {
    this.node = node;
    this.peer = peer;
  }

  boolean isPending() {
    return !pending.isEmpty();
  }

  void onGetData(Payload payload) {
    List<InventoryVector> items = InventoryVector.readAll(payload);
    if (items.size() > MAX_ITEMS) {
      throw new PeerViolationException("getdata of " + items.size() + " items");
    }
    pending.addAll(items);
  }

  void add(InventoryVector item) {
    pending.add(item);
  }

  /** When this block is fetched, the tip is announced, so that the peer asks for more inventory. */
  void continueAfter(Sha256Hash block) {
    continuation = block;
  }

  void serveNext() {
    List<InventoryVector> notFound = new ArrayList<>();
    InventoryVector item = pending.pollFirst();
    while (item != null && item.isTransaction()) {
      serveTransaction(item, notFound);
      item = pending.pollFirst();
    }
    if (item != null) {
      serveOther(item);
    }
    if (!notFound.isEmpty()) {
      peer.reply("notfound", Messages.inventory(notFound));
    }
  }

  private void serveTransaction(InventoryVector item, List<InventoryVector> notFound) {
    if (!peer.handshake().relaysTransactions()) {
      peer.ignore("no transactions for a peer that wants none");
      return;
    }
    TransactionBody body = find(item);
    if (body == null) {
      notFound.add(item);
    } else {
      peer.reply("tx", item.type() == InventoryVector.TX ? body.stripped() : body.full());
    }
  }

  private @Nullable TransactionBody find(InventoryVector item) {
    MempoolEntry entry =
        item.type() == InventoryVector.WTX
            ? node.mempool().byWtxid(item.hash())
            : node.mempool().byTxid(item.hash());
    if (entry != null && peer.announcer().mayFetch(entry)) {
      return entry.body();
    }
    return node.inTip(item.hash());
  }

  private void serveOther(InventoryVector item) {
    if (item.type() == InventoryVector.FILTERED_BLOCK) {
      throw new PeerViolationException("getdata of a filtered block without NODE_BLOOM");
    }
    if (!item.isBlock()) {
      peer.ignore("inventory type " + Integer.toHexString(item.type()));
      return;
    }
    BlockEntry entry = node.chain().find(item.hash());
    BlockBody body = entry == null || !entry.isValidated() ? null : entry.body();
    if (body == null) {
      peer.ignore("unknown block " + item.hash());
      return;
    }
    peer.reply("block", item.type() == InventoryVector.BLOCK ? body.stripped() : body.full());
    if (item.hash().equals(continuation) && !peer.numbers().isNumbered()) {
      continuation = null;
      InventoryVector tip = new InventoryVector(InventoryVector.BLOCK, node.chain().tip().hash());
      peer.reply("inv", Messages.inventory(List.of(tip)));
    }
  }
}
