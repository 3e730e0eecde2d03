package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;

/** What one client says that is no request: transactions, blocks, and all sorts of oddities. */
final class UnpromptedMessages {

  private static final List<String> WAYS =
      List.of(Commands.BLOCK, Commands.BLOCK, Commands.INV, Commands.HEADERS);

  private final Client client;
  private final GroundTruth truth;
  private final Chain chain;
  private final Draw draw;

  UnpromptedMessages(Client client, GroundTruth truth, Draw draw) {
    this.client = client;
    this.truth = truth;
    this.chain = truth.chain;
    this.draw = draw;
  }

  void make() {
    if (draw.chance(0.6)) {
      transaction();
    } else if (draw.chance(0.2)) {
      block();
    } else {
      oddity();
    }
  }

  private void transaction() {
    boolean known = draw.chance(0.2) && !truth.transactions.isEmpty();
    GroundTruth.KnownTx tx =
        known
            ? draw.of(truth.transactions)
            : truth.add(BlockFactory.transaction(draw, draw.chance(0.6)), client.id);
    tx.isForged |= !known && draw.chance(0.3);
    client.submissions().offer(tx, draw.chance(0.5));
  }

  /** A block on the best one, or on one where it may not get any further. */
  private void block() {
    Hash parent = chain.tip();
    int height = chain.height() + 1;
    BlockFactory.Block last = client.submissions().lastBlock();
    if (last != null && draw.chance(0.2)) {
      parent = last.hash;
      height = last.height + 1;
    } else if (draw.chance(0.2)) {
      Chain.Known known = chain.recent(draw.below(30));
      parent = known.hash();
      height = known.height() + 1;
    } else if (draw.chance(0.1)) {
      parent = draw.hash();
    }
    List<BlockFactory.Tx> spends = new ArrayList<>();
    for (int n = draw.below(4); n > 0; n--) {
      spends.add(BlockFactory.transaction(draw, draw.chance(0.5)));
    }
    BlockFactory.Block block = BlockFactory.block(parent, height, spends, draw);
    truth.made(block);
    client.submissions().submit(block, draw.of(WAYS));
  }

  private void oddity() {
    switch (draw.below(6)) {
      case 0 -> client.say(Message.of(Commands.GETADDR, new byte[0]));
      case 1 -> client.say(Message.of("unheard-of", draw.bytes(20)));
      case 2 -> client.sayBroken(Message.of(Commands.GETDATA, new byte[] {2, 1, 0, 0}));
      case 3 -> client.submissions().boast(draw.hash());
      case 4 -> client.say(Inventory.of(Commands.NOTFOUND, InventoryVector.WTX, draw.hash()));
      default -> {
        List<Chain.Known> some = new ArrayList<>();
        int first = draw.between(1, chain.height());
        for (int i = draw.below(6); i >= 0 && first + some.size() <= chain.height(); i--) {
          some.add(chain.at(first + some.size()));
        }
        client.submissions().repeat(some);
      }
    }
  }
}
