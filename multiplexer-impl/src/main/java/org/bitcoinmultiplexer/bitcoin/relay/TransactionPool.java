package org.bitcoinmultiplexer.bitcoin.relay;

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
 * <p>These are bodies: whether the node has one now, the {@link MempoolView} tells.
 *
 * <p>Everything here the node had, when it came: a payment that a client invented is not. Bounded
 * by memory, not by meaning: a transaction that is mined or replaced stays until there is no room
 * for it.
 *
 * <p>Written in the hub's loop; {@link #find} and {@link #all} by any thread.
 */
final class TransactionPool {

  /** What an entry takes besides the body: itself, two hashes, two table entries. */
  private static final int OVERHEAD = 400;

  /** What it takes in addition to know what an entry spends, each. */
  private static final long PER_INPUT = 80;

  /** And for what makes it ready for filters, beside half its size. */
  private static final long FILTERED = 150;

  /** A transaction that is kept. What changes is confined to the hub's loop. */
  static final class Entry {
    final Message full;
    final Hash txid;
    final Hash wtxid;

    /** Its place among those that wait to be mined; 0 if it does not. Read by any thread. */
    volatile long place;

    /** What it spends, as the {@link Outpoints} of the view have it; null before anybody asked. */
    long @Nullable [] spends;

    /** When it was given to the node last, in the loop's nanoseconds, and on which connection. */
    long given;

    int givenOn;

    /** The same for when the node showed to have it. */
    long shown;

    int shownOn;

    Entry(Transaction transaction) {
      this.full = transaction.toMessage();
      this.txid = transaction.txid();
      this.wtxid = transaction.wtxid();
    }

    boolean isUnconfirmed() {
      return place != 0;
    }

    long weight() {
      long weight = OVERHEAD + (long) full.size();
      return spends == null
          ? weight
          : weight + PER_INPUT * spends.length + FILTERED + full.size() / 2;
    }
  }

  private final long capacity;
  private final LongAdder evicted;
  private final ConcurrentHashMap<Hash, Entry> byWtxid = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Hash, Entry> byTxid = new ConcurrentHashMap<>();
  private final Deque<Entry> order = new ArrayDeque<>();
  private final MempoolView view;
  private long bytes;

  /**
   * An empty pool.
   *
   * @param capacity bytes
   * @param evicted counts what is forgotten for lack of room
   * @param view keeps to what waits to be mined
   */
  TransactionPool(long capacity, LongAdder evicted, MempoolView view) {
    this.capacity = capacity;
    this.evicted = evicted;
    this.view = view;
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
    byTxid.put(entry.txid, entry);
    order.add(entry);
    waits(entry);
    bytes += entry.weight();
    while (bytes > capacity) {
      evict(order.remove());
      evicted.increment();
    }
  }

  /** The node says that it has this transaction, which is here. */
  void waits(Entry entry) {
    view.confirm(entry);
  }

  private void evict(Entry entry) {
    view.remove(entry);
    bytes -= entry.weight();
    byWtxid.remove(entry.wtxid, entry);
    byTxid.remove(entry.txid, entry);
  }

  /** Whether half of its room is left. */
  boolean isHalfEmpty() {
    return bytes < capacity / 2;
  }

  /** All transactions. Any thread. */
  Collection<Entry> all() {
    return byWtxid.values();
  }
}
