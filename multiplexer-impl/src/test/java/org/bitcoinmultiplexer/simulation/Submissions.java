package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;

/** What one client brings, and what it says when it is asked for it. */
final class Submissions {

  private static final Message NO_HEADERS = Message.of(Commands.HEADERS, new byte[1]);

  private final Client client;
  private final Pipe pipe;
  private final Draw draw;
  private final Set<Hash> own = new HashSet<>();
  private final Map<Hash, GroundTruth.KnownTx> offered = new HashMap<>();
  private final Map<GroundTruth.KnownTx, Integer> given = new HashMap<>();
  private final Map<GroundTruth.KnownTx, Long> givenLast = new LinkedHashMap<>();
  private final Map<Hash, BlockFactory.Block> blocks = new HashMap<>();
  private final Set<Hash> named = new HashSet<>();
  private BlockFactory.Block lastBlock;

  Submissions(Client client, Pipe pipe, Draw draw) {
    this.client = client;
    this.pipe = pipe;
    this.draw = draw;
  }

  /** Whether it brought a transaction or block itself. */
  boolean isOwn(Hash hash) {
    return own.contains(hash);
  }

  /** Its last block; null if it made none. */
  BlockFactory.Block lastBlock() {
    return lastBlock;
  }

  /** Brings a transaction, by itself or by an announcement. */
  void offer(GroundTruth.KnownTx known, boolean announce) {
    known.isShared |= known.origin != client.id;
    known.isBrought();
    own.add(known.tx.wtxid);
    Hash id = client.kind.byWtxid() ? known.tx.wtxid : known.tx.txid;
    if (announce) {
      offered.put(id, known);
      pipe.say(Inventory.of(Commands.INV, client.kind.transactionType(), id));
    } else {
      give(known);
    }
  }

  private void give(GroundTruth.KnownTx known) {
    given.merge(known, 1, Integer::sum);
    givenLast.put(known, client.now());
    pipe.say(known.tx.full);
  }

  /** How often it has brought a transaction. */
  int given(GroundTruth.KnownTx known) {
    return given.getOrDefault(known, 0);
  }

  /** What it has brought, and when last. */
  Map<GroundTruth.KnownTx, Long> givenLast() {
    return givenLast;
  }

  /** Brings a block: by itself, by its hash or by its header. */
  void submit(BlockFactory.Block block, String command) {
    own.add(block.hash);
    lastBlock = block;
    switch (command) {
      case Commands.BLOCK -> pipe.say(block.full);
      case Commands.INV -> {
        blocks.put(block.hash, block);
        pipe.say(Inventory.of(Commands.INV, InventoryVector.BLOCK, block.hash));
      }
      default -> {
        blocks.put(block.hash, block);
        pipe.say(headers(block));
      }
    }
  }

  /** Announces a block that it has not got. */
  void boast(Hash hash) {
    named.add(hash);
    pipe.say(Inventory.of(Commands.INV, InventoryVector.BLOCK, hash));
  }

  /** Says headers that the node has, as if they were its own. */
  void repeat(List<Chain.Known> blocks) {
    blocks.forEach(known -> named.add(known.hash()));
    pipe.say(Chain.headersMessage(blocks));
  }

  private static Message headers(BlockFactory.Block block) {
    return Message.of(Commands.HEADERS, new Bytes().u8(1).raw(block.header).u8(0).toArray());
  }

  /** The engine asks for items. */
  void asked(Inventory items) {
    List<InventoryVector> missing = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      InventoryVector item = items.get(i);
      if (item.type() == InventoryVector.WITNESS_BLOCK) {
        client.require(client.host.news().submitBlocks(), "is asked for " + item + ", unwanted");
      }
      BlockFactory.Block block = blocks.get(item.hash());
      if (block == null && !named.contains(item.hash())) {
        requireOffered(item);
      }
      if (block != null && draw.chance(0.8)) {
        pipe.say(block.full);
      } else if (offered.containsKey(item.hash()) && draw.chance(0.8)) {
        give(offered.get(item.hash()));
      } else if (draw.chance(0.5)) {
        missing.add(item);
      }
    }
    if (!missing.isEmpty()) {
      pipe.say(Inventory.of(Commands.NOTFOUND, missing));
    }
  }

  private void requireOffered(InventoryVector item) {
    int type = client.kind.byWtxid() ? InventoryVector.WTX : InventoryVector.WITNESS_TX;
    client.require(
        offered.containsKey(item.hash()) && item.type() == type,
        "is asked for " + item + ", which it has not offered");
  }

  /** The node asks for headers, and this client may have some. */
  void askedForHeaders() {
    client.require(
        client.host.news().submitBlocks() && (lastBlock != null || !named.isEmpty()),
        "is asked for headers, having announced none");
    if (lastBlock != null && draw.chance(0.6)) {
      // Even one that was brought whole: too late for an answer, this is an announcement.
      blocks.put(lastBlock.hash, lastBlock);
      pipe.say(headers(lastBlock));
    } else if (draw.chance(0.5)) {
      pipe.say(NO_HEADERS);
    }
  }
}
