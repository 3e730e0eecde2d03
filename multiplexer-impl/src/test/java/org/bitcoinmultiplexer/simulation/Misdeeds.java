package org.bitcoinmultiplexer.simulation;

import java.util.Collections;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;

/** What a client is thrown out for, and what would cost everybody the node if it got there. */
final class Misdeeds {

  private Misdeeds() {}

  static void commit(Client client, Truth truth, Draw draw) {
    switch (draw.below(9)) {
      case 0 -> {
        client.misbehaves("not-offered");
        client.say(Inventory.of(Commands.GETDATA, InventoryVector.FILTERED_BLOCK, truth.hashAt(1)));
      }
      case 1 -> {
        client.misbehaves("limit-getheaders");
        client.say(locator(Commands.GETHEADERS, draw));
      }
      case 2 -> {
        client.misbehaves("limit-getblocks");
        client.say(locator(Commands.GETBLOCKS, draw));
      }
      case 3 -> {
        client.misbehaves("limit-getdata");
        Bytes items = new Bytes().size(50_001);
        for (int i = 0; i < 50_001; i++) {
          items.i32(InventoryVector.WITNESS_BLOCK).hash(truth.tip());
        }
        client.say(Message.of(Commands.GETDATA, items.toArray()));
      }
      case 4 -> {
        client.misbehaves("bad-headers");
        client.say(
            Message.of(
                Commands.HEADERS,
                new Bytes()
                    .u8(1)
                    .raw(Mint.headerWithoutWork(truth.tip(), truth.height() + 1))
                    .u8(0)
                    .toArray()));
      }
      case 5 -> {
        client.misbehaves("bad-block");
        client.say(
            Message.of(
                Commands.BLOCK,
                new Bytes()
                    .raw(Mint.headerWithoutWork(truth.tip(), truth.height() + 1))
                    .u8(0)
                    .toArray()));
      }
      case 6 -> {
        client.misbehaves("not-offered");
        client.say(Message.of(Commands.MEMPOOL, new byte[0]));
      }
      case 7 -> {
        client.misbehaves("limit-getblocktxn");
        client.say(Message.of(Commands.GETBLOCKTXN, new Bytes().hash(truth.tip()).u8(0).toArray()));
      }
      default -> {
        client.misbehaves("late-sendaddrv2");
        client.say(Message.of(Commands.SENDADDRV2, new byte[0]));
      }
    }
  }

  private static Message locator(String command, Draw draw) {
    List<Hash> many = Collections.nCopies(102, draw.hash());
    Bytes body = new Bytes().i32(70016).size(many.size());
    many.forEach(body::hash);
    return Message.of(command, body.hash(Hash.ZERO).toArray());
  }
}
