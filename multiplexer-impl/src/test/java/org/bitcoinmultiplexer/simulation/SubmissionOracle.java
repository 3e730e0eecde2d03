package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * What the node asks of the engine and is given by it, all of it from clients: exactly as they made
 * it, and nothing for which Core would disconnect.
 */
final class SubmissionOracle {
  private final SimulatedLoop time;
  private final Draw draw;
  private final GroundTruth truth;
  private final Node node;
  private final SimulationParameters parameters;
  private final ForgedAnswers forged;
  private final Pipe pipe;
  private final Set<InventoryVector> wanted = new HashSet<>();
  private final Set<Hash> given = new HashSet<>();
  private boolean headersAsked; // and nothing heard since
  private int mayBeEmpty; // so many answers, since others come unasked

  SubmissionOracle(
      SimulatedLoop time,
      Draw draw,
      GroundTruth truth,
      Node node,
      SimulationParameters parameters,
      ForgedAnswers forged,
      Pipe pipe) {
    this.time = time;
    this.draw = draw;
    this.truth = truth;
    this.node = node;
    this.parameters = parameters;
    this.forged = forged;
    this.pipe = pipe;
  }

  /** Whether this connection brought a block. */
  boolean isGiven(Hash block) {
    return given.contains(block);
  }

  // ---- what it asks

  /** Asks for something that somebody may have. */
  void ask() {
    BlockFactory.Block block = truth.someMadeByClient(draw);
    if (block != null && node.hasHeader(block.previous) && draw.chance(0.2)) {
      ask(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, block.hash));
      return;
    }
    GroundTruth.KnownTx known = draw.chance(0.8) ? forged.anyTransaction() : null;
    int type =
        draw.of(List.of(InventoryVector.WTX, InventoryVector.WITNESS_TX, InventoryVector.TX));
    Hash id = draw.hash();
    if (known != null) {
      id = type == InventoryVector.WTX ? known.tx.wtxid : known.tx.txid;
    }
    ask(Inventory.of(Commands.GETDATA, type, id));
  }

  void ask(Message getdata) {
    Inventory items = Inventory.parse(getdata);
    for (int i = 0; i < items.size(); i++) {
      wanted.add(items.get(i));
    }
    pipe.say(getdata);
  }

  /** Asks for headers, one question at a time. */
  void askForHeaders(Message getheaders) {
    if (!headersAsked) {
      headersAsked = true;
      mayBeEmpty++;
      pipe.say(getheaders);
    }
  }

  // ---- what it is given

  GroundTruth.KnownTx transaction(Message message) {
    GroundTruth.KnownTx known = forged.byBody(message, wanted);
    NodeLine.require(
        known != null, message, "a transaction that nobody made, or not in the form asked for");
    NodeLine.require(!parameters.picky() || isWanted(known), message, "a transaction, unasked");
    node.accept(known);
    if (known.isThere()) {
      known.news = Math.min(known.news, time.nanoTime());
    }
    return known;
  }

  /** Whether this is a transaction of which the node needs seconds to find that it is no good. */
  boolean isSlowlyRefused(Message message) {
    if (!message.command().equals(Commands.TX) || node.isCalm()) {
      return false;
    }
    GroundTruth.KnownTx known = forged.byBody(message, wanted);
    return known != null && known.isForged && draw.chance(parameters.slowRefusal());
  }

  private boolean isWanted(GroundTruth.KnownTx known) {
    return wanted.contains(new InventoryVector(InventoryVector.WTX, known.tx.wtxid))
        || wanted.contains(new InventoryVector(InventoryVector.WITNESS_TX, known.tx.txid))
        || wanted.contains(new InventoryVector(InventoryVector.TX, known.tx.txid));
  }

  /** Whoever is picky asks for what is announced; Core is given it at once. */
  void announced(Message message) {
    NodeLine.require(parameters.picky(), message, "an announcement instead of the thing");
    Inventory items = Inventory.parse(message);
    NodeLine.require(items.size() == 1, message, "nothing or too much");
    InventoryVector item = items.get(0);
    if (item.type() == InventoryVector.BLOCK) {
      NodeLine.require(
          truth.madeByClient(item.hash()) != null, message, "a block that nobody made");
      ask(Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, item.hash()));
    } else {
      NodeLine.require(
          item.type() == InventoryVector.WTX && truth.transaction(item.hash(), true) != null,
          message,
          "a transaction that nobody made, or by the wrong name");
      ask(Inventory.of(Commands.GETDATA, InventoryVector.WTX, item.hash()));
    }
  }

  void block(Message message) {
    NodeLine.require(node.news().submitBlocks(), message, "a block, which is switched off");
    BlockFactory.Block made = truth.madeByClient(BlockHeader.of(message).hash());
    NodeLine.require(
        made != null && made.full.equals(message), message, "a block as nobody made it");
    requireParent(made, message);
    InventoryVector item = new InventoryVector(InventoryVector.WITNESS_BLOCK, made.hash);
    NodeLine.require(!parameters.picky() || wanted.contains(item), message, "a block, unasked");
    given.add(made.hash);
    node.accept(made, wanted.contains(item));
  }

  private void requireParent(BlockFactory.Block made, Message message) {
    NodeLine.require(
        node.hasHeader(made.previous), message, "its parent " + made.previous + " is unknown");
  }

  /** Asked for, or of a branch: the node asks for the blocks if that is worth it. */
  void headers(Message message) {
    Headers headers = Headers.parse(message);
    headersAsked = false;
    mayBeEmpty -= headers.size() == 0 ? 1 : 0;
    NodeLine.require(mayBeEmpty >= 0, message, "no headers, unasked");
    NodeLine.require(
        headers.size() == 0 || node.news().submitBlocks(), message, "headers, unwanted");
    List<InventoryVector> missing = new ArrayList<>();
    boolean isWorthIt = false;
    for (int i = 0; i < headers.size(); i++) {
      if (truth.chain.find(headers.hash(i)) == null) {
        BlockFactory.Block made = truth.madeByClient(headers.hash(i));
        NodeLine.require(made != null, message, "headers of nobody");
        requireParent(made, message);
        node.isShown(made);
        missing.add(new InventoryVector(InventoryVector.WITNESS_BLOCK, made.hash));
        isWorthIt = made.height >= truth.chain.height();
      }
    }
    if (isWorthIt) {
      ask(Inventory.of(Commands.GETDATA, missing));
    }
  }

  void refused(Message message) {
    Inventory items = Inventory.parse(message);
    for (int i = 0; i < items.size(); i++) {
      NodeLine.require(wanted.contains(items.get(i)), message, "refuses what was not asked");
    }
  }
}
