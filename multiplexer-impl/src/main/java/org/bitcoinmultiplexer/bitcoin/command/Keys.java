package org.bitcoinmultiplexer.bitcoin.command;

import com.google.common.collect.ImmutableSet;
import java.util.Set;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of keys, and the keys of answers, computed once per message however many ask.
 *
 * <p>A block has one key in whatever form it is asked for: two forms of it are never in flight
 * together, and the form that an answer has needs no guessing.
 */
final class Keys {

  /** By block hash, in any form. */
  static final int BLOCK = 1;

  /** By txid, with or without witness. */
  static final int TXID = 2;

  /** By wtxid. */
  static final int WTXID = 3;

  /** By filter type and block hash. */
  static final int FILTER = 4;

  /** By filter type and stop hash. */
  static final int FILTER_HEADERS = 5;

  /** By filter type and stop hash. */
  static final int FILTER_CHECKPOINTS = 6;

  /** By nonce. */
  static final int PING = 7;

  /** By block hash and the hash of its filter: not only what is asked for, but what has to come. */
  static final int FILTER_CONTENT = 8;

  /** By the command of a provider's row, and what that row makes of its request. */
  static final int PROVIDED = 9;

  private static final Function<Message, Set<Key>> OF_BLOCK = Keys::computeOfBlock;
  private static final Function<Message, Set<Key>> OF_TRANSACTION = Keys::computeOfTransaction;

  private Keys() {}

  /**
   * The hash of the block that a message begins with the header of.
   *
   * @throws MalformedMessageException if it is too short for that
   */
  static Hash blockHash(Message message) {
    return BlockHeader.of(message).hash();
  }

  static Set<Key> ofBlock(Message message) {
    return message.derive(OF_BLOCK);
  }

  static Set<Key> ofTransaction(Message message) {
    return message.derive(OF_TRANSACTION);
  }

  /** The key of what an inventory vector names; null if nobody answers for its type. */
  static @Nullable Key ofItem(int type, byte[] array, int hash) {
    int kind =
        switch (type) {
          case InventoryVector.BLOCK,
              InventoryVector.WITNESS_BLOCK,
              InventoryVector.FILTERED_BLOCK,
              InventoryVector.CMPCT_BLOCK ->
              BLOCK;
          case InventoryVector.TX, InventoryVector.WITNESS_TX -> TXID;
          case InventoryVector.WTX -> WTXID;
          default -> 0;
        };
    return kind == 0 ? null : Key.of(kind, array, hash, Hash.SIZE);
  }

  private static Set<Key> computeOfBlock(Message message) {
    return message.size() < BlockHeader.SIZE
        ? Set.of()
        : Set.of(Key.of(BLOCK, blockHash(message).toByteArray()));
  }

  private static Set<Key> computeOfTransaction(Message message) {
    try {
      Transaction transaction = Transaction.parse(message);
      // In this order in every run: it decides who of two that wait is settled first.
      return ImmutableSet.of(
          Key.of(TXID, transaction.txid().toByteArray()),
          Key.of(WTXID, transaction.wtxid().toByteArray()));
    } catch (MalformedMessageException e) {
      return Set.of();
    }
  }
}
