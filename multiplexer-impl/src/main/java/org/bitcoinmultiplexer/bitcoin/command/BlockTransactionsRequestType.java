package org.bitcoinmultiplexer.bitcoin.command;

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
final class BlockTransactionsRequestType extends BuiltInRequestType {

  private final Network network;

  BlockTransactionsRequestType(Network network) {
    super(Commands.GETBLOCKTXN, Set.of(Commands.BLOCKTXN, Commands.BLOCK));
    this.network = network;
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
  long expected(Message asked, Weights weights) {
    return Math.min(
        weights.block(),
        Hash.SIZE + BlockTransactionsRequest.parse(asked).size() * Weights.TRANSACTION);
  }

  /** That these are the transactions asked for, only the block itself could tell. */
  @Override
  @Nullable String faultOf(Message asked, Message response, Weights weights) {
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
