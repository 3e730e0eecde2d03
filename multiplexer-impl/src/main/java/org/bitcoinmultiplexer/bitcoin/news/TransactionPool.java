package org.bitcoinmultiplexer.bitcoin.news;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * Recent transactions, found by either of their names; what came first goes first.
 *
 * <p>Bounded by memory, not by meaning: a transaction that is mined, replaced or invalid stays
 * until there is no room for it. By txid it finds the form that the node served, if it served one:
 * a client may have made up the witness of another.
 *
 * <p>Written in the hub's loop; {@link #find} and {@link #all} by any thread.
 */
final class TransactionPool {

  /** What an entry takes besides the body: itself, two hashes, two table entries. */
  private static final int OVERHEAD = 400;

  /** A transaction that is kept. Its flags are confined to the hub's loop. */
  static final class Entry {
    final Message full;
    final Hash txid;
    final Hash wtxid;

    /** Whether the node had it before we gave it to the node. */
    final boolean fromNode;

    /** When it was given to the node or heard of from it, in the loop's nanoseconds. */
    long told;

    Entry(Transaction transaction, boolean fromNode, long told) {
      this.full = transaction.toMessage();
      this.txid = transaction.txid();
      this.wtxid = transaction.wtxid();
      this.fromNode = fromNode;
      this.told = told;
    }

    long weight() {
      return OVERHEAD + (long) full.size();
    }
  }

  private final long capacity;
  private final LongAdder evicted;
  private final ConcurrentHashMap<Hash, Entry> byWtxid = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Hash, Entry> byTxid = new ConcurrentHashMap<>();
  private final Deque<Entry> order = new ArrayDeque<>();
  private long bytes;

  TransactionPool(long capacity, LongAdder evicted) {
    this.capacity = capacity;
    this.evicted = evicted;
  }

  /** A transaction by one of its names, null if it is not here. Any thread. */
  @Nullable Entry find(Hash id, boolean isWtxid) {
    return (isWtxid ? byWtxid : byTxid).get(id);
  }

  /** Keeps a transaction; without effect if it is here. */
  void add(Entry entry) {
    if (byWtxid.putIfAbsent(entry.wtxid, entry) != null) {
      return;
    }
    if (entry.fromNode) {
      byTxid.put(entry.txid, entry);
    } else {
      byTxid.putIfAbsent(entry.txid, entry);
    }
    order.add(entry);
    bytes += entry.weight();
    while (bytes > capacity) {
      evict(order.remove());
      evicted.increment();
    }
  }

  private void evict(Entry entry) {
    bytes -= entry.weight();
    byWtxid.remove(entry.wtxid, entry);
    byTxid.remove(entry.txid, entry);
  }

  /** All transactions. Any thread. */
  Collection<Entry> all() {
    return byWtxid.values();
  }
}
