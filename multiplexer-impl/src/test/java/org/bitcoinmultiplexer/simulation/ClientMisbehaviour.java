package org.bitcoinmultiplexer.simulation;

import java.util.Collections;
import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;

/** What a client is thrown out for, and what would cost everybody the node if it got there. */
final class ClientMisbehaviour {

  private ClientMisbehaviour() {}

  static void commit(Client client, GroundTruth truth, Draw draw) {
    switch (draw.below(12)) {
      case 0 -> {
        if (client.host.news().bloom()) {
          withAFilter(client, draw);
          return;
        }
        client.misbehaves("not-offered");
        client.say(
            Inventory.of(Commands.GETDATA, InventoryVector.FILTERED_BLOCK, truth.chain.hashAt(1)));
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
          items.i32(InventoryVector.WITNESS_BLOCK).hash(truth.chain.tip());
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
                    .raw(
                        BlockFactory.headerWithoutWork(truth.chain.tip(), truth.chain.height() + 1))
                    .u8(0)
                    .toArray()));
      }
      case 5 -> {
        client.misbehaves("bad-block");
        client.say(
            Message.of(
                Commands.BLOCK,
                new Bytes()
                    .raw(
                        BlockFactory.headerWithoutWork(truth.chain.tip(), truth.chain.height() + 1))
                    .u8(0)
                    .toArray()));
      }
      case 6 -> {
        if (client.host.news().bloom()) {
          client.misbehaves("limit-filterload");
          client.say(
              Message.of(
                  Commands.FILTERLOAD,
                  new Bytes().sized(new byte[36_001]).i32(1).i32(0).u8(0).toArray()));
          return;
        }
        client.misbehaves("not-offered");
        client.say(Message.of(Commands.MEMPOOL, new byte[0]));
      }
      case 7 -> {
        client.misbehaves("limit-getblocktxn");
        client.say(
            Message.of(Commands.GETBLOCKTXN, new Bytes().hash(truth.chain.tip()).u8(0).toArray()));
      }
      case 8 -> badIndex(client, truth, draw);
      case 9 -> foreignTransactions(client, truth, draw);
      case 10 -> nonsense(client, draw);
      default -> {
        client.misbehaves("late-sendaddrv2");
        client.say(Message.of(Commands.SENDADDRV2, new byte[0]));
      }
    }
  }

  private static void withAFilter(Client client, Draw draw) {
    boolean loaded = client.wallet().sieve() != null;
    client.misbehaves(loaded ? "limit-filteradd" : "no-filter");
    client.say(
        loaded
            ? Message.of(Commands.FILTERADD, new Bytes().sized(new byte[521]).toArray())
            : TestFilter.add(draw.hash()));
  }

  /** Asks for a transaction behind the last of a block. */
  private static void badIndex(Client client, GroundTruth truth, Draw draw) {
    Chain.Known known = truth.chain.recent(draw.below(60));
    int[] indexes = {0, known.block.transactions.size() + draw.below(3)};
    client.misbehaves("bad-index");
    client.ask(
        BlockTransactionsRequest.of(known.hash(), indexes).toMessage(),
        new Expectations.OfBadIndex(
            Expectations.OfBlockTransactions.of(client.oracle, known.hash(), indexes, client.now()),
            client::isAbsolved));
    pong(client, draw, () -> {});
  }

  /** A block on one that the engine knows, with other transactions than its header commits to. */
  private static void foreignTransactions(Client client, GroundTruth truth, Draw draw) {
    Hash parent = truth.chain.tip();
    if (!parent.equals(client.lastTold())) {
      client.leave(true);
      return;
    }
    int height = truth.chain.height() + 1;
    BlockFactory.Block block = BlockFactory.block(parent, height, List.of(), draw);
    byte[] other = BlockFactory.block(parent, height, List.of(), draw).full.toByteArray();
    System.arraycopy(block.header, 0, other, 0, block.header.length);
    client.misbehaves("bad-block");
    client.say(Message.of(Commands.BLOCK, other));
    pong(
        client,
        draw,
        () -> {
          client.require(!truth.chain.tip().equals(parent), "is not disconnected for its block");
          client.isAbsolved(); // it may be that the engine forgot the parent meanwhile
        });
  }

  /** A hundred messages without any sense are borne, and not one more. */
  private static void nonsense(Client client, Draw draw) {
    while (client.broken() < 100) {
      client.sayBroken(broken(draw));
    }
    pong(
        client,
        draw,
        () -> {
          client.misbehaves("malformed");
          client.sayBroken(broken(draw));
        });
  }

  private static Message broken(Draw draw) {
    return Message.of(
        draw.of(
            List.of(
                Commands.GETDATA,
                Commands.INV,
                Commands.HEADERS,
                Commands.NOTFOUND,
                Commands.GETHEADERS,
                Commands.GETBLOCKS,
                Commands.GETBLOCKTXN,
                Commands.FEEFILTER,
                Commands.SENDCMPCT,
                Commands.TX,
                Commands.BLOCK)),
        new byte[] {1, 0, 0, 0});
  }

  private static void pong(Client client, Draw draw, Runnable then) {
    long nonce = draw.nextLong();
    client.ask(Ping.ping(nonce), new Expectations.ThenPong(new Expectations.Pong(nonce), then));
  }

  private static Message locator(String command, Draw draw) {
    List<Hash> many = Collections.nCopies(102, draw.hash());
    Bytes body = new Bytes().i32(70016).size(many.size());
    many.forEach(body::hash);
    return Message.of(command, body.hash(Hash.ZERO).toArray());
  }
}
