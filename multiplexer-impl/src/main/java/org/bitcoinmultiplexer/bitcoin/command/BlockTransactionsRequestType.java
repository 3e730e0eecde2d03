package org.bitcoinmultiplexer.bitcoin.command;

import static org.bitcoinmultiplexer.bitcoin.command.Row.Direction.BOTH;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Treatment.SHARED;
import static org.bitcoinmultiplexer.bitcoin.command.Row.Verdict.MEMBER;

import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactions;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * {@code getblocktxn} → {@code blocktxn}, or the whole {@code block} if it lies deeper than Bitcoin
 * Core cares to cut (BIP152).
 *
 * <p>The key is the block's, shared with {@code getdata}: the answer does not say which
 * transactions it has, so of one block no two requests may be in flight.
 */
final class BlockTransactionsRequestType extends AbstractRequestType {

  static final List<Row> ROWS =
      List.of(
          Row.of(
                  11,
                  "getblocktxn",
                  "blocktxn, block",
                  BOTH,
                  MEMBER,
                  "block hash and count",
                  "one message",
                  SHARED)
              .asked(
                  "-",
                  Row.number(Weights.TRANSACTION) + " each",
                  "nothing behind its end; of a block all",
                  "-"));

  private final Network network;
  private final Weights weights;

  BlockTransactionsRequestType(Network network, Weights weights) {
    super(Commands.GETBLOCKTXN, Set.of(Commands.BLOCKTXN, Commands.BLOCK));
    this.network = network;
    this.weights = weights;
  }

  @Override
  Message canonicalOf(Message message) {
    return BlockTransactionsRequest.parse(message).toMessage();
  }

  @Override
  Set<Key> asked(Message message) {
    return Set.of(
        Key.of(Keys.BLOCK, BlockTransactionsRequest.parse(message).block().toByteArray()));
  }

  @Override
  Set<Key> answered(Message message) {
    if (message.command().equals(Commands.BLOCK)) {
      return Keys.ofBlock(message);
    }
    return Set.of(Key.of(Keys.BLOCK, BlockTransactions.parse(message).block().toByteArray()));
  }

  @Override
  boolean fits(Message asked, Message response) {
    BlockTransactionsRequest request = BlockTransactionsRequest.parse(asked);
    if (response.command().equals(Commands.BLOCK)) {
      return request.block().equals(Keys.blockHash(response));
    }
    BlockTransactions head = BlockTransactions.parse(response);
    return head.block().equals(request.block()) && head.size() == request.size();
  }

  @Override
  long expected(Message asked) {
    return Math.min(
        weights.block(),
        Hash.SIZE + BlockTransactionsRequest.parse(asked).size() * Weights.TRANSACTION);
  }

  /** That these are the transactions asked for, only the block itself could tell. */
  @Override
  @Nullable String faultOf(Message asked, Message response) {
    if (response.command().equals(Commands.BLOCK)) {
      return Blocks.faultOfWhole(response, network, weights);
    }
    BlockTransactions head = BlockTransactions.parse(response);
    int at = head.transactions();
    int end = response.offset() + response.size();
    for (int i = 0; i < head.size(); i++) {
      Message rest = Message.of(Commands.TX, response.array(), at, end - at);
      at += Transaction.parse(rest).toMessage().size();
    }
    return at == end ? null : (end - at) + " bytes trail the last transaction";
  }
}
