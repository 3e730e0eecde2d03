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
final class GetDataServer {
  private final SimulatedLoop time;
  private final Draw draw;
  private final GroundTruth truth;
  private final FaultLog faults;
  private final Node node;
  private final SimulationParameters parameters;
  private final ForgedAnswers forged;
  private final Sender voice;
  private Inventory data;
  private int nextItem;

  GetDataServer(
      SimulatedLoop time,
      Draw draw,
      GroundTruth truth,
      FaultLog faults,
      Node node,
      SimulationParameters parameters,
      ForgedAnswers forged,
      Sender voice) {
    this.time = time;
    this.draw = draw;
    this.truth = truth;
    this.faults = faults;
    this.node = node;
    this.parameters = parameters;
    this.forged = forged;
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
    GroundTruth.KnownTx known = truth.transaction(item.hash(), isWtxid);
    if (known == null || !known.isThere()) {
      return false;
    }
    Question question = Question.of(item);
    if (!node.isCalm() && draw.chance(parameters.silence())) {
      faults.keptSilent(question, time.nanoTime());
      return false;
    }
    if (!node.isCalm() && known.tx.hasWitness() && draw.chance(parameters.lie())) {
      if (isWtxid) { // then it is no answer at all
        faults.keptSilent(question, time.nanoTime());
      }
      voice.say(forged.foreignWitness(known));
      return true;
    }
    show(known, isWtxid && node.line().hasAnnounced(known));
    return true;
  }

  /** Says a transaction, asked or not. */
  void show(GroundTruth.KnownTx known, boolean isNews) {
    voice.say(known.tx.full, () -> known.heard(time.nanoTime(), isNews));
  }

  private void serveBlock(InventoryVector item) {
    Chain.Known known = truth.chain.find(item.hash());
    if (known == null || !known.hasBody) {
      return;
    }
    Question question = Question.of(item);
    if (!node.isCalm() && draw.chance(parameters.silence())) {
      faults.keptSilent(question, time.nanoTime());
      return;
    }
    double lie = node.cursed.contains(item.hash()) ? 0.6 : parameters.lie();
    if (!node.isCalm() && draw.chance(lie)) {
      // Of which transactions the node has it is believed all the same.
      voice.say(
          forged.block(known.block),
          () -> {
            faults.lied(question, time.nanoTime());
            shown(known.block);
          });
    } else {
      show(known.block);
    }
  }

  /** Says a block, asked or not. */
  void show(BlockFactory.Block block) {
    voice.say(block.full, () -> shown(block));
  }

  private void shown(BlockFactory.Block block) {
    for (BlockFactory.Tx tx : block.transactions) {
      GroundTruth.KnownTx known = truth.transaction(tx.wtxid, true);
      if (known != null) {
        known.heard(time.nanoTime(), false);
      }
    }
  }
}
