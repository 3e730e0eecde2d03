package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/** What is not true, told so that it looks like an answer. */
final class ForgedAnswers {

  private final Draw draw;
  private final GroundTruth truth;

  ForgedAnswers(Draw draw, GroundTruth truth) {
    this.draw = draw;
    this.truth = truth;
  }

  /** A block with the right header and something else behind it. */
  Message block(BlockFactory.Block block) {
    byte[] body = block.full.toByteArray();
    switch (draw.below(3)) {
      case 0 -> body[80 + draw.below(body.length - 80)] ^= (byte) (1 << draw.below(8));
      case 1 -> body = new Bytes().raw(body).u8(0).toArray();
      default -> {
        if (block.full.equals(block.stripped)) {
          body[body.length - 1] ^= 1;
        } else {
          body = block.stripped.toByteArray();
        }
      }
    }
    return Message.of(Commands.BLOCK, body);
  }

  /**
   * Headers that could be the answer by where they begin.
   *
   * @param honest the true answer
   */
  Message headers(Question.OfHeaders question, List<Chain.Known> honest) {
    int size = honest.size();
    Chain chain = truth.chain;
    if (size >= 3 && draw.chance(0.4)) { // one is left out
      return Chain.headersMessage(List.of(honest.get(0), honest.get(2)));
    }
    boolean stopped = size > 0 && honest.get(size - 1).hash().equals(question.stop());
    if (stopped && honest.get(size - 1).height() < chain.height() && size < 1_000) {
      if (draw.chance(0.6)) {
        List<Chain.Known> more = new ArrayList<>(honest);
        more.add(chain.at(honest.get(size - 1).height() + 1));
        return Chain.headersMessage(more);
      }
    }
    Hash parent = size > 0 ? honest.get(0).block.previous : chain.tip();
    int height = size > 0 ? honest.get(0).height() : chain.height() + 1;
    return Message.of(
        Commands.HEADERS,
        new Bytes().u8(1).raw(BlockFactory.headerWithoutWork(parent, height)).u8(0).toArray());
  }

  /** A transaction with a witness that is not its own. */
  Message foreignWitness(GroundTruth.KnownTx known) {
    Message variant = BlockFactory.variant(known.tx, draw).full;
    truth.passedOff(known.tx.txid, variant);
    return variant;
  }

  /** Some transaction that somebody knows, null if there is none. */
  GroundTruth.KnownTx anyTransaction() {
    int count = truth.transactions.size();
    return count == 0 ? null : truth.transactions.get(Math.max(0, count - 1 - draw.below(60)));
  }

  /** The transaction that a message is, if it is in a form in which we may be sent it. */
  GroundTruth.KnownTx byBody(Message message, Set<InventoryVector> wanted) {
    Hash hash = Sha256d.hash(message.array(), message.offset(), message.size());
    GroundTruth.KnownTx known = truth.transaction(hash, true);
    if (known != null && known.tx.full.equals(message)) {
      return known;
    }
    known = truth.transaction(hash, false);
    boolean asked = wanted.contains(new InventoryVector(InventoryVector.TX, hash));
    return known != null && asked && known.tx.stripped.equals(message) ? known : null;
  }
}
