package org.bitcoinmultiplexer.bitcoin.relay;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.node.NodeModel;
import org.bitcoinmultiplexer.bitcoin.node.NodeNotification;
import org.bitcoinmultiplexer.bitcoin.node.PoolEntry;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceNumbering;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.NodeContext;

/** Hands what the node says on the shared connection to whom it concerns. In the engine's loop. */
final class NodeMessageHandler implements UpstreamConversation.Listener {

  private final EngineContext engine;
  private final NodeModel node;
  private final RelayParts parts;

  NodeMessageHandler(EngineContext engine, RelayParts parts) {
    this.engine = engine;
    this.node = parts.node;
    this.parts = parts;
  }

  @Override
  public void onReady(NodeContext context, NodeInfo info) {
    assert engine.loop().inEventLoop();
    node.connected(info);
    if (node.headerSync() == null && node.offersFilters()) {
      var unused = parts.tips.keepHeaders(null, Runnable::run);
    }
    if (info.window() > 0) {
      context.ready(info.describe(context.target()), new SequenceNumbering(info.window()));
    } else {
      context.ready(info.describe(context.target()));
    }
    engine.publish(new NodeNotification(info));
    node.announceKnown();
    parts.mined.connected();
    parts.questions.connected(context);
    parts.submissions.connected(info);
    parts.transactions.connected(info);
    parts.withheld.connected(context);
    parts.tips.connected(info.height(), context::fail);
    parts.reader.connected(context, info);
  }

  @Override
  public void onFeeFilter(long rate) {
    NodeInfo changed = node.feeFilter(rate);
    if (changed != null) {
      engine.publish(new NodeNotification(changed));
    }
  }

  @Override
  public void onAnnouncement(InventoryVector item) {
    assert engine.loop().inEventLoop();
    if (InventoryVector.isTransaction(item.type())) {
      parts.reader.announced(item);
    } else if (InventoryVector.isBlock(item.type())) {
      parts.tips.announced(item.hash());
    }
  }

  @Override
  public void onHeaders(Headers headers) {
    parts.tips.onHeaders(headers);
  }

  @Override
  public void onHeader(BlockHeader header) {
    parts.tips.onHeader(header);
  }

  @Override
  public void onBlock(Hash hash, Message block) {
    assert engine.loop().inEventLoop();
    BlockHeader tip = node.tip();
    if (tip != null && tip.hash().equals(hash)) {
      parts.transactions.onBlock(hash, block);
    }
  }

  @Override
  public void onTransaction(Message tx) {
    assert engine.loop().inEventLoop();
    PoolEntry known = node.pool().find(Transaction.parse(tx).wtxid(), true);
    if (known != null) {
      node.pool().waits(known);
    }
    parts.transactions.onTransaction(tx);
  }

  @Override
  public void onGetData(Inventory items) {
    assert engine.loop().inEventLoop();
    parts.questions.getdata(items);
    parts.fetches.flush();
  }

  @Override
  public void onGetHeaders(Message canonical) {
    assert engine.loop().inEventLoop();
    parts.questions.getheaders(canonical);
  }

  @Override
  public void onLost() {
    assert engine.loop().inEventLoop();
    parts.withheld.disconnected();
    parts.questions.disconnected();
    parts.submissions.connected(null);
    parts.transactions.disconnected();
    parts.reader.disconnected();
    parts.tips.disconnected();
  }
}
