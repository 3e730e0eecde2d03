package org.bitcoinmultiplexer.bitcoin.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.relay.TestChain;
import org.junit.jupiter.api.Test;

class TransactionPoolTest {

  @Test
  void evictsTheOldestWhenThePoolIsFull() {
    LongAdder evicted = new LongAdder();
    TransactionPool pool = new TransactionPool(5_000, evicted, new MempoolView(new Random(1)));
    for (int i = 0; i < 50; i++) {
      pool.add(new PoolEntry(Transaction.parse(TestChain.tx(i, i % 2))));
    }
    assertThat(evicted.sum() + pool.all().size()).isEqualTo(50);
    assertThat(pool.all()).hasSizeBetween(5, 12);
    Transaction first = Transaction.parse(TestChain.tx(0, 0));
    Transaction last = Transaction.parse(TestChain.tx(49, 1));
    assertThat(pool.find(first.txid(), false)).isNull();
    assertThat(pool.find(first.wtxid(), true)).isNull();
    assertThat(pool.find(last.txid(), false)).isNotNull();
    assertThat(pool.find(last.wtxid(), true)).isNotNull();
  }
}
