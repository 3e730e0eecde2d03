package org.bitcoinmultiplexer.examples.regtest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinj.base.Sha256Hash;
import org.jspecify.annotations.Nullable;

/**
 * Takes what one peer announces and sends: inventory, headers, blocks, transactions. Guarded by the
 * node's lock.
 */
final class Submissions {
  private static final int MAX_ITEMS = 50_000;
  private static final int MAX_HEADERS = 2000;
  private static final int MAX_NOT_FOUND = 5016;
  private static final int MAX_BLOCKS_IN_FLIGHT = 16;

  /** Core takes an unrequested block only if it is not further above the tip than this. */
  private static final int MAX_BLOCKS_AHEAD = 288;

  private final Node node;
  private final Peer peer;
  private final Set<Sha256Hash> blocksInFlight = new HashSet<>();

  Submissions(Node node, Peer peer) {
    this.node = node;
    this.peer = peer;
  }

  void onInventory(Payload payload) {
    List<InventoryVector> items = InventoryVector.readAll(payload);
    if (items.size() > MAX_ITEMS) {
      throw new PeerViolationException("inv of " + items.size() + " items");
    }
    Sha256Hash unknownBlock = null;
    for (InventoryVector item : items) {
      if (item.type() == InventoryVector.BLOCK) {
        BlockEntry entry = node.chain().find(item.hash());
        if (entry == null) {
          peer.knowledge().showedUnknown(item.hash());
          unknownBlock = item.hash();
        } else {
          peer.showed(entry);
        }
      } else if (!item.isTransaction()) {
        peer.ignore("inventory type " + Integer.toHexString(item.type()));
      } else if (peer.handshake().usesWtxid() != (item.type() == InventoryVector.WTX)) {
        peer.ignore("transaction announced by the wrong kind of id");
      } else {
        peer.knowledge().addTransaction(item.hash());
        if (!node.hasSeen(item.hash())) {
          node.requests().announced(item.hash(), peer);
        }
      }
    }
    if (unknownBlock != null) {
      peer.requestHeaders(unknownBlock);
    }
  }

  void onNotFound(Payload payload) {
    List<InventoryVector> items = InventoryVector.readAll(payload);
    if (items.size() > MAX_NOT_FOUND) {
      peer.ignore("notfound of " + items.size() + " items");
      return;
    }
    for (InventoryVector item : items) {
      if (item.isTransaction()) {
        node.requests().notFound(item.hash(), peer);
      }
    }
  }

  void onHeaders(Payload payload) {
    int count = payload.compactSize();
    if (count > MAX_HEADERS) {
      throw new PeerViolationException(count + " headers");
    }
    List<BlockHeader> headers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      headers.add(BlockHeader.parse(payload.bytes(BlockHeader.SIZE)));
      payload.compactSize();
    }
    peer.headersArrived();
    if (headers.isEmpty()) {
      return;
    }
    boolean news = node.chain().find(headers.get(count - 1).hash()) == null;
    BlockEntry last;
    try {
      last = accept(headers);
    } catch (InvalidBlockException e) {
      throw new PeerViolationException(e.reason());
    }
    if (last != null) {
      peer.showed(last);
      if (count == MAX_HEADERS) {
        List<Sha256Hash> from = List.of(last.hash());
        peer.send("getheaders", Messages.getHeaders(from, Sha256Hash.ZERO_HASH));
      }
      if (news) {
        // What was announced while these were under way has not been asked for, and nobody will
        // announce it again.
        Sha256Hash unknown = peer.knowledge().unknown(node.chain());
        if (unknown != null) {
          peer.requestHeaders(unknown);
        }
      }
      requestBlocks();
    }
  }

  void onBlock(byte[] payload) {
    BlockBody block = BlockBody.parse(payload);
    Sha256Hash hash = block.header().hash();
    boolean requested = blocksInFlight.remove(hash);
    BlockEntry parent = node.chain().find(block.header().previous());
    if (parent == null) {
      throw new PeerViolationException("block " + hash + " with unknown parent");
    }
    int tip = node.chain().tip().height();
    try {
      BlockRules.requireBody(block, parent.height() + 1);
      if (node.chain().isTooFarInFuture(block.header())) {
        peer.ignore("block " + hash + " is too far in the future");
        return;
      }
      BlockEntry entry = node.chain().acceptHeader(block.header());
      peer.showed(entry);
      if (entry.body() != null) {
        peer.ignore("block " + hash + " is known");
      } else if (!requested && (entry.height() < tip || entry.height() > tip + MAX_BLOCKS_AHEAD)) {
        peer.ignore("block " + hash + " is unrequested and too far from the tip");
      } else {
        node.accept(block);
      }
    } catch (InvalidBlockException e) {
      throw new PeerViolationException("block " + hash + ": " + e.reason());
    }
    requestBlocks();
  }

  void onTransaction(byte[] payload) {
    TransactionBody body = TransactionBody.read(ByteBuffer.wrap(payload));
    peer.knowledge().addTransaction(peer.handshake().usesWtxid() ? body.wtxid() : body.txid());
    try {
      node.accept(body, peer);
    } catch (InvalidTransactionException e) {
      peer.ignore(e.reason());
    }
  }

  /**
   * Takes headers that follow each other; null if they do not follow anything known, or lie in the
   * future.
   */
  private @Nullable BlockEntry accept(List<BlockHeader> headers) {
    headers.forEach(BlockRules::requireWork);
    for (int i = 1; i < headers.size(); i++) {
      if (!headers.get(i).previous().equals(headers.get(i - 1).hash())) {
        throw new InvalidBlockException("headers do not follow each other");
      }
    }
    BlockEntry last = node.chain().find(headers.get(0).previous());
    if (last == null) {
      peer.knowledge().showedUnknown(headers.get(headers.size() - 1).hash());
      peer.ignore("headers with unknown parent");
      peer.requestHeaders(null);
      return null;
    }
    for (BlockHeader header : headers) {
      if (node.chain().isTooFarInFuture(header)) {
        peer.ignore("header " + header.hash() + " is too far in the future");
        return null;
      }
      last = node.chain().acceptHeader(header);
    }
    return last;
  }

  /**
   * Asks for the blocks on the way to the best one the peer has shown, lowest first, if that is
   * better than the tip.
   */
  private void requestBlocks() {
    BlockEntry entry = peer.knowledge().bestShown();
    boolean able = peer.handshake().servesBlocks() && peer.handshake().servesWitnesses();
    if (!able || entry == null || entry.height() <= node.chain().tip().height()) {
      return;
    }
    List<InventoryVector> missing = new ArrayList<>();
    while (entry != null && !node.chain().isActive(entry)) {
      if (entry.body() == null && !blocksInFlight.contains(entry.hash())) {
        missing.add(0, new InventoryVector(InventoryVector.WITNESS_BLOCK, entry.hash()));
      }
      entry = entry.parent();
    }
    int room = MAX_BLOCKS_IN_FLIGHT - blocksInFlight.size();
    List<InventoryVector> wanted = missing.subList(0, Math.max(0, Math.min(room, missing.size())));
    if (!wanted.isEmpty()) {
      wanted.forEach(item -> blocksInFlight.add(item.hash()));
      peer.send("getdata", Messages.inventory(wanted));
    }
  }
}
