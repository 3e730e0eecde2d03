package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;
import org.jspecify.annotations.Nullable;

/**
 * Answers one peer's questions about the active chain: headers, inventory, parts of blocks. Guarded
 * by the node's lock.
 */
final class ChainRequests {
  private static final int MAX_LOCATOR = 101;
  private static final int MAX_HEADERS = 2000;
  private static final int MAX_INVENTORY = 500;

  /** Core answers requests for parts of deeper blocks with the whole block. */
  private static final int MAX_PARTS_DEPTH = 10;

  /** BIP152 indexes have sixteen bits. */
  private static final int MAX_INDEX = 0xffff;

  private final Node node;
  private final Peer peer;
  private final DataRequests dataRequests;

  ChainRequests(Node node, Peer peer, DataRequests dataRequests) {
    this.node = node;
    this.peer = peer;
    this.dataRequests = dataRequests;
  }

  void onGetHeaders(Payload payload) {
    List<Sha256Hash> locator = locator(payload);
    Sha256Hash stop = payload.hash();
    List<BlockEntry> headers = new ArrayList<>();
    if (locator.isEmpty()) {
      BlockEntry entry = node.chain().find(stop);
      if (entry == null || !entry.isValidated()) {
        peer.ignore("no locator, and an unknown block to stop at");
        return;
      }
      headers.add(entry);
    } else {
      BlockEntry next = successor(node.chain().fork(locator));
      while (next != null && headers.size() < MAX_HEADERS) {
        headers.add(next);
        next = next.hash().equals(stop) ? null : successor(next);
      }
    }
    // An empty answer tells the peer that it has the tip.
    peer.knowledge()
        .sentHeader(headers.isEmpty() ? node.chain().tip() : headers.get(headers.size() - 1));
    peer.reply("headers", Messages.headers(headers));
  }

  void onGetBlocks(Payload payload) {
    List<Sha256Hash> locator = locator(payload);
    Sha256Hash stop = payload.hash();
    List<InventoryVector> items = new ArrayList<>();
    BlockEntry next = successor(node.chain().fork(locator));
    while (next != null && !next.hash().equals(stop) && items.size() < MAX_INVENTORY) {
      items.add(new InventoryVector(InventoryVector.BLOCK, next.hash()));
      next = successor(next);
    }
    if (items.size() == MAX_INVENTORY && !peer.numbers().isNumbered()) {
      dataRequests.continueAfter(items.get(MAX_INVENTORY - 1).hash());
    }
    if (!items.isEmpty()) {
      peer.reply("inv", Messages.inventory(items));
    }
  }

  void onGetBlockTransactions(Payload payload) {
    Sha256Hash hash = payload.hash();
    List<Integer> indexes = new ArrayList<>();
    int index = -1;
    for (int i = payload.count(1); i > 0; i--) {
      // Differences are one less than the distance, BIP152.
      index += payload.compactSize() + 1;
      if (index > MAX_INDEX) {
        throw new MalformedPayloadException("index " + index);
      }
      indexes.add(index);
    }
    if (indexes.isEmpty()) {
      throw new PeerViolationException("getblocktxn without indexes");
    }
    BlockEntry entry = node.chain().find(hash);
    BlockBody body = entry == null ? null : entry.body();
    if (entry == null || body == null) {
      peer.ignore("unknown block " + hash);
    } else if (entry.height() < node.chain().tip().height() - MAX_PARTS_DEPTH) {
      dataRequests.add(new InventoryVector(InventoryVector.WITNESS_BLOCK, hash));
    } else if (index >= body.transactions().size()) {
      throw new PeerViolationException(
          "getblocktxn index " + index + " of " + body.transactions().size());
    } else {
      peer.reply(
          "blocktxn",
          Messages.blockTransactions(
              hash, indexes.stream().map(body.transactions()::get).toList()));
    }
  }

  private @Nullable BlockEntry successor(BlockEntry entry) {
    return node.chain().activeAt(entry.height() + 1);
  }

  private static List<Sha256Hash> locator(Payload payload) {
    payload.int32();
    int count = payload.count(Sha256Hash.LENGTH);
    List<Sha256Hash> locator = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      locator.add(payload.hash());
    }
    if (count > MAX_LOCATOR) {
      // Core looks at the number only after it has read everything, so that a malformed one is lost
      // instead.
      payload.hash();
      throw new PeerViolationException("locator of " + count + " hashes");
    }
    return locator;
  }
}
