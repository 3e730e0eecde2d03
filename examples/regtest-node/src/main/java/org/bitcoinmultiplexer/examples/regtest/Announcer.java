package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;

/**
 * Tells one peer of new blocks and transactions, in the way it asked for, unless it knows them.
 *
 * <p>Follows Core's {@code SendMessages}. Guarded by the node's lock.
 */
final class Announcer {
  /**
   * Core's {@code MAX_BLOCKS_TO_ANNOUNCE}: of more blocks at once only the last is announced, by
   * inventory.
   */
  private static final int MAX_HEADERS = 8;

  private final Node node;
  private final Peer peer;
  private boolean prefersHeaders;
  private long feeFilter;

  /**
   * Core's {@code m_last_inv_sequence}: transactions of a lower mempool sequence may be fetched.
   */
  private long lastSequence = 1;

  Announcer(Node node, Peer peer) {
    this.node = node;
    this.peer = peer;
  }

  /** The peer sent {@code sendheaders}. */
  void preferHeaders() {
    prefersHeaders = true;
  }

  /** The peer wants no transactions with a lower fee rate, in satoshi per 1000 virtual bytes. */
  void filterFees(long feeRate) {
    feeFilter = feeRate;
  }

  /**
   * Whether the peer may have the transaction: nothing may be probed for before something was
   * announced.
   */
  boolean mayFetch(MempoolEntry entry) {
    return entry.sequence() < lastSequence;
  }

  /** Announces blocks that have just joined the active chain, lowest first. */
  void announce(List<BlockEntry> blocks) {
    if (!peer.isEstablished()) {
      return;
    }
    List<BlockEntry> headers =
        prefersHeaders && blocks.size() <= MAX_HEADERS ? unknown(blocks) : List.of();
    BlockEntry tip = blocks.get(blocks.size() - 1);
    if (!headers.isEmpty()) {
      peer.send("headers", Messages.headers(headers));
      peer.knowledge().sentHeader(tip);
    } else if (!peer.knowledge().hasBlock(tip)) {
      peer.send(
          "inv",
          Messages.inventory(List.of(new InventoryVector(InventoryVector.BLOCK, tip.hash()))));
    }
  }

  /** Announces a transaction that has just entered the mempool. */
  void announce(MempoolEntry entry, boolean sentByPeer) {
    if (!peer.isEstablished() || !peer.handshake().relaysTransactions()) {
      return;
    }
    Sha256Hash id = peer.handshake().usesWtxid() ? entry.body().wtxid() : entry.body().txid();
    boolean known = peer.knowledge().hasTransaction(id);
    if (!known || sentByPeer) {
      lastSequence = node.mempool().nextSequence();
    }
    if (!known && entry.feeRate() >= feeFilter) {
      peer.knowledge().addTransaction(id);
      int type = peer.handshake().usesWtxid() ? InventoryVector.WTX : InventoryVector.TX;
      peer.send("inv", Messages.inventory(List.of(new InventoryVector(type, id))));
    }
  }

  /**
   * The blocks the peer lacks; empty if it lacks none, or also the parent of the first, so that
   * headers do not fit.
   */
  private List<BlockEntry> unknown(List<BlockEntry> blocks) {
    List<BlockEntry> unknown = new ArrayList<>();
    for (BlockEntry block : blocks) {
      BlockEntry parent = block.parent();
      if (unknown.isEmpty()) {
        if (peer.knowledge().hasBlock(block)) {
          continue;
        }
        if (parent != null && !peer.knowledge().hasBlock(parent)) {
          return List.of();
        }
      }
      unknown.add(block);
    }
    return unknown;
  }
}
