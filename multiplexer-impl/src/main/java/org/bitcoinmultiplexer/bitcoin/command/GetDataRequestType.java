package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.BOTH;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.CLIENT;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.LOCAL;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.SHARED;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.EXACT;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.NONE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_INV_SZ;

import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * {@code getdata} → {@code block}, {@code cmpctblock}, {@code merkleblock}, {@code tx} or {@code
 * notfound}: a key for each item.
 *
 * <p>The form must be the one asked for, as far as the answer shows it: a transaction asked for
 * without its witness must have none, and a compact or filtered block answers nobody who wanted a
 * whole one. The transactions behind a merkleblock cannot be told from others; only a marker ends
 * them.
 */
final class GetDataRequestType extends AbstractRequestType {

  private static final String LIMIT = Row.limit("MAX_INV_SZ", MAX_INV_SZ);
  private static final String BLOCK_WEIGHT = "average of blocks";
  private static final String TRANSACTION_WEIGHT = Row.number(Weights.TRANSACTION);

  static final List<Row> ROWS =
      List.of(
          Row.of(4, "getdata (last of getblocks)", "inv", BOTH, NONE, "-", "-", LOCAL),
          Row.of(
                  5,
                  "getdata BLOCK, WITNESS_BLOCK",
                  "block, notfound",
                  BOTH,
                  EXACT,
                  "block hash",
                  "one message",
                  SHARED)
              .asked(LIMIT, BLOCK_WEIGHT, "work, merkle root, witnesses", "hash, if with witness"),
          Row.of(
              6,
              "getdata FILTERED_BLOCK",
              "merkleblock, tx, notfound",
              BOTH,
              EXACT,
              "block hash; none for tx",
              "marker",
              LOCAL),
          Row.of(
                  7,
                  "getdata CMPCT_BLOCK",
                  "cmpctblock, block, notfound",
                  BOTH,
                  EXACT,
                  "block hash",
                  "one message",
                  SHARED)
              .asked(LIMIT, BLOCK_WEIGHT, "work; of a block all", "-"),
          Row.of(
                  8,
                  "getdata TX, WITNESS_TX",
                  "tx, notfound",
                  BOTH,
                  EXACT,
                  "txid",
                  "one message",
                  SHARED)
              .asked(LIMIT, TRANSACTION_WEIGHT, "nothing behind its end", "-"),
          Row.of(9, "getdata WTX", "tx, notfound", BOTH, EXACT, "wtxid", "one message", SHARED)
              .asked(LIMIT, TRANSACTION_WEIGHT, "nothing behind its end", "wtxid"),
          Row.of(10, "getdata of other types", "-", CLIENT, NONE, "-", "-", LOCAL));

  private final Network network;
  private final Weights weights;

  GetDataRequestType(Network network, Weights weights) {
    super(
        Commands.GETDATA,
        Set.of(
            Commands.BLOCK,
            Commands.CMPCTBLOCK,
            Commands.MERKLEBLOCK,
            Commands.TX,
            Commands.NOTFOUND));
    this.network = network;
    this.weights = weights;
  }

  /** Only what any node answers and what changes nothing there: no filtered blocks. */
  @Override
  Message canonicalOf(Message message) {
    Inventory items = Inventory.parse(message);
    for (int i = 0; i < items.size(); i++) {
      int type = items.type(i);
      if (type == InventoryVector.FILTERED_BLOCK
          || !(InventoryVector.isBlock(type) || InventoryVector.isTransaction(type))) {
        throw malformed("type " + type + " is not for a shared connection");
      }
    }
    if (items.size() == 0) {
      throw malformed("asks for nothing");
    }
    return items.toMessage();
  }

  @Override
  Set<Key> asked(Message message) {
    return keys(message);
  }

  /**
   * Of one whole block, or one transaction by wtxid: a hash of all that the answer has. Not a
   * transaction by txid, which says nothing of the witness, nor anything without its witness, which
   * is made from the whole.
   */
  @Override
  @Nullable Key name(Message asked, Set<Key> keys) {
    if (asked.size() != 1 + InventoryVector.SIZE || keys.size() != 1) {
      return null;
    }
    int type = Inventory.parse(asked).type(0);
    return type == InventoryVector.WITNESS_BLOCK || type == InventoryVector.WTX
        ? keys.iterator().next()
        : null;
  }

  @Override
  Set<Key> answered(Message message) {
    return switch (message.command()) {
      case Commands.BLOCK, Commands.CMPCTBLOCK, Commands.MERKLEBLOCK -> Keys.ofBlock(message);
      case Commands.TX -> Keys.ofTransaction(message);
      case Commands.NOTFOUND -> keys(message);
      default -> Set.of();
    };
  }

  @Override
  boolean fits(Message asked, Message response) {
    if (response.command().equals(Commands.NOTFOUND)) {
      return !Collections.disjoint(keys(asked), keys(response));
    }
    Inventory items = Inventory.parse(asked);
    for (int i = 0; i < items.size(); i++) {
      if (fits(items, i, response)) {
        return true;
      }
    }
    return false;
  }

  private static boolean fits(Inventory items, int item, Message response) {
    int type = items.type(item);
    return switch (response.command()) {
      case Commands.BLOCK ->
          InventoryVector.isBlock(type)
              && type != InventoryVector.FILTERED_BLOCK
              && items.names(item, Keys.blockHash(response));
      case Commands.CMPCTBLOCK ->
          type == InventoryVector.CMPCT_BLOCK && items.names(item, Keys.blockHash(response));
      case Commands.MERKLEBLOCK ->
          type == InventoryVector.FILTERED_BLOCK && items.names(item, Keys.blockHash(response));
      case Commands.TX -> fits(items, item, type, Transaction.parse(response));
      default -> false;
    };
  }

  private static boolean fits(Inventory items, int item, int type, Transaction transaction) {
    return switch (type) {
      case InventoryVector.WTX -> items.names(item, transaction.wtxid());
      case InventoryVector.WITNESS_TX -> items.names(item, transaction.txid());
      case InventoryVector.TX -> !transaction.hasWitness() && items.names(item, transaction.txid());
      default -> false;
    };
  }

  @Override
  public boolean completes(Message asked, Message response) {
    return !response.command().equals(Commands.MERKLEBLOCK);
  }

  @Override
  public boolean refuses(Message response) {
    return response.command().equals(Commands.NOTFOUND);
  }

  @Override
  long expected(Message asked) {
    Inventory items = Inventory.parse(asked);
    long sum = 0;
    for (int i = 0; i < items.size(); i++) {
      int type = items.type(i);
      sum += InventoryVector.isBlock(type) ? weights.block() : Weights.TRANSACTION;
    }
    return sum;
  }

  @Override
  @Nullable String fault(Message asked, List<Message> answer) {
    Inventory items = Inventory.parse(asked);
    if (answer.size() > items.size()) {
      return answer.size() + " messages for " + items.size() + " items";
    }
    for (Message message : answer) {
      String fault = fault(items, message);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private @Nullable String fault(Inventory items, Message message) {
    return switch (message.command()) {
      case Commands.BLOCK ->
          wantsWitness(items, message)
              ? Blocks.faultOfWhole(message, network, weights)
              : Blocks.faultOfStripped(message, network);
      case Commands.CMPCTBLOCK, Commands.MERKLEBLOCK -> Blocks.faultOfHeader(message, network);
      case Commands.TX ->
          Transaction.parse(message).toMessage().size() == message.size()
              ? null
              : "bytes trail the transaction " + Transaction.parse(message).txid();
      default -> null;
    };
  }

  private static boolean wantsWitness(Inventory items, Message block) {
    for (int i = 0; i < items.size(); i++) {
      if (items.type(i) != InventoryVector.BLOCK && fits(items, i, block)) {
        return true;
      }
    }
    return false;
  }

  private static Set<Key> keys(Message message) {
    Inventory items = Inventory.parse(message);
    byte[] array = message.array();
    int at = message.offset() + ByteWriter.sizeOfCompactSize(items.size()) + Integer.BYTES;
    if (items.size() == 1) {
      Key key = Keys.ofItem(items.type(0), array, at);
      return key == null ? Set.of() : Set.of(key);
    }
    Set<Key> keys = new LinkedHashSet<>();
    for (int i = 0; i < items.size(); i++) {
      Key key = Keys.ofItem(items.type(i), array, at + i * InventoryVector.SIZE);
      if (key != null) {
        keys.add(key);
      }
    }
    return keys;
  }

  private static MalformedMessageException malformed(String reason) {
    return new MalformedMessageException(Commands.GETDATA + ": " + reason);
  }
}
