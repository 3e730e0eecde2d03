package org.bitcoinmultiplexer.bitcoin.session;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatching;
import org.bitcoinmultiplexer.bitcoin.bloom.FilteredBlock;

/**
 * The answer to a request for a filtered block, as it is found and sent: a {@code merkleblock}, and
 * then each transaction that matched.
 */
final class FilteredDelivery implements FilterTask {

  /** What it takes to cut a transaction out, put a frame around it and send it. */
  private static final int STEPS_PER_MESSAGE = 2_000;

  private static final int STEPS_PER_BYTE = 4;

  private final BlockMatching matching;
  private final Consumer<? super Message> client;
  private long sending;
  private int sent;

  /**
   * A delivery of which nothing is done.
   *
   * @param matching finds what to send
   * @param client takes it, with nothing in between
   */
  FilteredDelivery(BlockMatching matching, Consumer<? super Message> client) {
    this.matching = matching;
    this.client = client;
  }

  @Override
  public boolean advance(long most) {
    long limit = work() + most;
    if (!matching.advance(most)) {
      return false;
    }
    FilteredBlock block = matching.result();
    for (; sent <= block.size(); sent++) {
      if (work() >= limit) {
        return false;
      }
      Message next = sent == 0 ? block.merkleblock() : block.transaction(sent - 1);
      sending += STEPS_PER_MESSAGE + (long) STEPS_PER_BYTE * next.size();
      client.accept(next);
    }
    return true;
  }

  @Override
  public long work() {
    return matching.work() + sending;
  }
}
