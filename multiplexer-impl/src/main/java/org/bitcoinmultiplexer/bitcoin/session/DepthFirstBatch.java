package org.bitcoinmultiplexer.bitcoin.session;

import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.core.Batch;
import org.jspecify.annotations.Nullable;

/**
 * A {@code getdata} of a block in short of which is not known how deep it lies, as while the node's
 * chain is still being learnt: item 0 asks the node which headers follow that block, the others are
 * the client's.
 *
 * <p>Of several such blocks in one request only the first is asked about; whoever reconstructs
 * blocks asks for one at a time.
 */
final class DepthFirstBatch implements Batch {

  private final Hash block;
  private final CompactBlocks compactBlocks;
  private final DataBatch data;
  private @Nullable Headers above; // the block; null if the node does not say

  DepthFirstBatch(Hash block, CompactBlocks compactBlocks, DataBatch data) {
    this.block = block;
    this.compactBlocks = compactBlocks;
    this.data = data;
  }

  @Override
  public int size() {
    return 1 + data.size();
  }

  @Override
  public @Nullable Outcome local(int item) {
    return item == 0 ? null : data.local(item - 1);
  }

  @Override
  public Message request(int item) {
    return item == 0 ? Locators.getHeaders(List.of(block), Hash.ZERO) : data.request(item - 1);
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    throw new IllegalStateException("delivered in parts only");
  }

  @Override
  public boolean deliverPart(int item, Outcome outcome, Consumer<? super Message> client) {
    if (item > 0) {
      return data.deliverPart(item - 1, outcome, this::inShort, client);
    }
    if (outcome instanceof Outcome.Answered answered) {
      above = Headers.parse(answered.message());
    }
    return true;
  }

  private Message inShort(Message whole) {
    Headers said = above;
    return said != null && BlockHeader.of(whole).hash().equals(block)
        ? compactBlocks.of(whole, said)
        : compactBlocks.of(whole);
  }

  @Override
  public void end(Consumer<? super Message> client) {
    data.end(client);
  }
}
