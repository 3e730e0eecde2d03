package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * What the node serves of one getdata after the other, in Core's order; now and then with a lie or
 * silence instead.
 */
final class Shelf {
  private final SimulatedLoop time;
  private final Draw draw;
  private final Truth truth;
  private final Troubles troubles;
  private final Node node;
  private final Manners manners;
  private final Tales tales;
  private final Voice voice;
  private Inventory data;
  private int nextItem;

  Shelf(
      SimulatedLoop time,
      Draw draw,
      Truth truth,
      Troubles troubles,
      Node node,
      Manners manners,
      Tales tales,
      Voice voice) {
    this.time = time;
    this.draw = draw;
    this.truth = truth;
    this.troubles = troubles;
    this.node = node;
    this.manners = manners;
    this.tales = tales;
    this.voice = voice;
  }

  /** Whether there is nothing left of the last request. */
  boolean isIdle() {
    return data == null;
  }

  /** A request, only when there is nothing left of the last one. */
  void ask(Message message) {
    Inventory items = Inventory.parse(message);
    NodeLine.require(
        items.size() > 0 && items.toMessage().equals(message), message, "not canonical");
    for (int i = 0; i < items.size(); i++) {
      int type = items.type(i);
      NodeLine.require(
          type == InventoryVector.WITNESS_BLOCK
              || type == InventoryVector.WITNESS_TX
              || type == InventoryVector.WTX,
          message,
          "asks for type " + type);
    }
    data = items;
    nextItem = 0;
  }

  /** One call of Core's ProcessGetData: a run of transactions, one block, then what is missing. */
  void step() {
    List<InventoryVector> missing = new ArrayList<>();
    while (nextItem < data.size() && InventoryVector.isTransaction(data.type(nextItem))) {
      InventoryVector item = data.get(nextItem++);
      if (!serveTransaction(item)) {
        missing.add(item);
      }
    }
    if (nextItem < data.size()) {
      serveBlock(data.get(nextItem++));
    }
    if (!missing.isEmpty()) {
      voice.say(Inventory.of(Commands.NOTFOUND, missing));
    }
    if (nextItem == data.size()) {
      data = null;
    }
  }

  private boolean serveTransaction(InventoryVector item) {
    boolean isWtxid = item.type() == InventoryVector.WTX;
    Truth.KnownTx known = truth.transaction(item.hash(), isWtxid);
    if (known == null || !known.isThere()) {
      return false;
    }
    Question question = Question.of(item);
    if (!node.isCalm() && draw.chance(manners.silence())) {
      troubles.keptSilent(question, time.nanoTime());
      return false;
    }
    if (!node.isCalm() && known.tx.hasWitness() && draw.chance(manners.lie())) {
      if (isWtxid) { // then it is no answer at all
        troubles.keptSilent(question, time.nanoTime());
      }
      voice.say(tales.foreignWitness(known));
      return true;
    }
    show(known, isWtxid && node.line().hasAnnounced(known));
    return true;
  }

  /** Says a transaction, asked or not. */
  void show(Truth.KnownTx known, boolean isNews) {
    voice.say(known.tx.full, () -> known.heard(time.nanoTime(), isNews));
  }

  private void serveBlock(InventoryVector item) {
    Chain.Known known = truth.chain.find(item.hash());
    if (known == null || !known.hasBody) {
      return;
    }
    Question question = Question.of(item);
    if (!node.isCalm() && draw.chance(manners.silence())) {
      troubles.keptSilent(question, time.nanoTime());
      return;
    }
    double lie = node.cursed.contains(item.hash()) ? 0.6 : manners.lie();
    if (!node.isCalm() && draw.chance(lie)) {
      // Of which transactions the node has it is believed all the same.
      voice.say(
          tales.block(known.block),
          () -> {
            troubles.lied(question, time.nanoTime());
            shown(known.block);
          });
    } else {
      show(known.block);
    }
  }

  /** Says a block, asked or not. */
  void show(Mint.Block block) {
    voice.say(block.full, () -> shown(block));
  }

  private void shown(Mint.Block block) {
    for (Mint.Tx tx : block.transactions) {
      Truth.KnownTx known = truth.transaction(tx.wtxid, true);
      if (known != null) {
        known.heard(time.nanoTime(), false);
      }
    }
  }
}
