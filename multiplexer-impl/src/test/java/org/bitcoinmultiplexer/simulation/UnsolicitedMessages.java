package org.bitcoinmultiplexer.simulation;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/** What the node says and nobody asked for: true, false, out of place, or no message at all. */
final class UnsolicitedMessages {

  /** What a peer says that offers services, or wants them, and what nodes used to say. */
  private static final List<String> OF_NO_CONCERN =
      List.of(
          Commands.SENDHEADERS,
          Commands.GETADDR,
          Commands.GETBLOCKS,
          Commands.MEMPOOL,
          Commands.FILTERLOAD,
          Commands.FILTERCLEAR,
          Commands.ADDR,
          Commands.ADDRV2,
          Commands.REJECT,
          Commands.ALERT,
          Commands.MERKLEBLOCK,
          Commands.CFILTER,
          Commands.CFHEADERS,
          Commands.CFCHECKPT,
          Commands.BLOCKTXN,
          Commands.VERSION,
          Commands.VERACK);

  /** What has a form that can be broken. */
  private static final List<String> WITH_A_FORM =
      List.of(
          Commands.INV,
          Commands.BLOCK,
          Commands.TX,
          Commands.HEADERS,
          Commands.NOTFOUND,
          Commands.CMPCTBLOCK,
          Commands.GETDATA,
          Commands.GETHEADERS,
          Commands.FEEFILTER,
          Commands.PING,
          Commands.PONG);

  private final SimulatedLoop time;
  private final Draw draw;
  private final GroundTruth truth;
  private final FaultLog faults;
  private final ForgedAnswers forged;
  private final NodeLine line;
  private final Pipe pipe;
  private final GetDataServer server;
  private final SubmissionOracle intake;

  UnsolicitedMessages(
      SimulatedLoop time,
      Draw draw,
      GroundTruth truth,
      FaultLog faults,
      ForgedAnswers forged,
      NodeLine line,
      Pipe pipe,
      GetDataServer server,
      SubmissionOracle intake) {
    this.time = time;
    this.draw = draw;
    this.truth = truth;
    this.faults = faults;
    this.forged = forged;
    this.line = line;
    this.pipe = pipe;
    this.server = server;
    this.intake = intake;
  }

  void make() {
    switch (draw.below(21)) {
      case 0 -> {
        Chain.Known known = truth.chain.at(1 + draw.below(truth.chain.height()));
        if (known.hasBody) { // else it could be the answer that nobody may have
          server.show(known.block);
        }
      }
      case 1 -> pipe.say(BlockFactory.block(draw.hash(), 7, List.of(), draw).full);
      case 2 -> pipe.say(Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, draw.hash()));
      case 3 -> refuse();
      case 4 -> pipe.say(Ping.pong(draw.nextLong()));
      case 5 -> pipe.say(Message.of("x" + draw.below(100), draw.bytes(draw.below(50))));
      case 6 ->
          pipe.say(
              Message.of(
                  Commands.FEEFILTER, new Bytes().i64(draw.between(1000, 100_000)).toArray()));
      case 7 ->
          pipe.say(
              Inventory.of(
                  Commands.INV,
                  draw.chance(0.5) ? InventoryVector.BLOCK : InventoryVector.WTX,
                  draw.hash()));
      case 8, 9 -> echo();
      case 10 -> intake.ask();
      case 11 -> transaction();
      case 12, 13 -> pipe.say(Message.of(draw.of(OF_NO_CONCERN), draw.bytes(draw.below(200))));
      case 14, 15 -> pipe.say(Message.of(draw.of(WITH_A_FORM), tooShort()));
      case 16 -> foreignHeaders();
      case 17 -> repeatedBlocks();
      case 18 -> pipe.say(Message.of(Commands.CMPCTBLOCK, foreignHeader()));
      case 19 ->
          pipe.say(
              Message.of(
                  Commands.CMPCTBLOCK,
                  BlockFactory.headerWithoutWork(truth.chain.tip(), truth.chain.height() + 1)));
      default -> line.ping(draw.nextLong());
    }
  }

  /** Promises more than it has, so that it is not by chance an answer without anything in it. */
  private byte[] tooShort() {
    byte[] bytes = draw.bytes(draw.below(5));
    if (bytes.length > 0) {
      bytes[0] |= 1;
    }
    return bytes;
  }

  private void refuse() {
    GroundTruth.KnownTx known = forged.anyTransaction();
    if (known != null) {
      InventoryVector item =
          draw.chance(0.5)
              ? new InventoryVector(InventoryVector.WTX, known.tx.wtxid)
              : new InventoryVector(InventoryVector.WITNESS_TX, known.tx.txid);
      pipe.say(
          Inventory.of(Commands.NOTFOUND, List.of(item)),
          () -> faults.keptSilent(Question.of(item), time.nanoTime()));
    }
  }

  private void transaction() {
    GroundTruth.KnownTx known = forged.anyTransaction();
    if (known != null && !known.isForged) { // what it says is true as far as it can be
      if (known.tx.hasWitness() && draw.chance(0.3)) {
        pipe.say(forged.foreignWitness(known));
      } else {
        server.show(known, false);
      }
    }
  }

  /** Headers of another chain altogether, which can answer no locator. */
  private void foreignHeaders() {
    pipe.say(Message.of(Commands.HEADERS, new Bytes().u8(1).raw(foreignHeader()).u8(0).toArray()));
  }

  private byte[] foreignHeader() {
    Hash parent = draw.hash();
    return draw.chance(0.5)
        ? BlockFactory.headerWithoutWork(parent, 7)
        : BlockFactory.block(parent, 7, List.of(), draw).header;
  }

  /** Some of the last blocks, of whatever branch, twice each. */
  private void repeatedBlocks() {
    for (int i = draw.below(5); i >= 0; i--) {
      Chain.Known known = truth.chain.recent(draw.below(40));
      if (known.hasBody && truth.chain.find(known.hash()) == known) {
        server.show(known.block);
        server.show(known.block);
      }
    }
  }

  /** Says what it was told last, unless that would be an answer. */
  private void echo() {
    Message message = line.lastHeard();
    if (message == null) {
      return;
    }
    switch (message.command()) {
      case Commands.PING -> line.ping(Ping.nonce(message));
      case Commands.GETDATA -> intake.ask(message);
      case Commands.PONG -> pipe.say(message);
      case Commands.GETHEADERS -> intake.askForHeaders(message);
      default -> {}
    }
  }
}
