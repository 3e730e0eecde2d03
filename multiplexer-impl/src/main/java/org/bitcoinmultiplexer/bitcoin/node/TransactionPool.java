package org.bitcoinmultiplexer.bitcoin.node;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
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
 * <p>Written in the engine's loop; {@link #find} and {@link #all} by any thread.
 */
public final class TransactionPool {

  private final long capacity;
  private final LongAdder evicted;
  private final ConcurrentHashMap<Hash, PoolEntry> byWtxid = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Hash, PoolEntry> byTxid = new ConcurrentHashMap<>();
  private final Deque<PoolEntry> order = new ArrayDeque<>();
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

  /**
   * A transaction by one of its names. Any thread.
   *
   * @param id its txid or wtxid
   * @param isWtxid which of these it is
   * @return null if it is not here
   */
  public @Nullable PoolEntry find(Hash id, boolean isWtxid) {
    return (isWtxid ? byWtxid : byTxid).get(id);
  }

  /**
   * Keeps a transaction; without effect if it is here.
   *
   * @param entry that the node has
   */
  public void add(PoolEntry entry) {
    if (byWtxid.putIfAbsent(entry.wtxid(), entry) != null) {
      return;
    }
    byTxid.put(entry.txid(), entry);
    order.add(entry);
    waits(entry);
    bytes += entry.weight();
    while (bytes > capacity) {
      evict(order.remove());
      evicted.increment();
    }
  }

  /**
   * The node says that it has this transaction.
   *
   * @param entry that is here
   */
  public void waits(PoolEntry entry) {
    view.confirm(entry);
  }

  private void evict(PoolEntry entry) {
    view.remove(entry);
    bytes -= entry.weight();
    byWtxid.remove(entry.wtxid(), entry);
    byTxid.remove(entry.txid(), entry);
  }

  /**
   * Whether half of its room is left.
   *
   * @return true if so
   */
  public boolean isHalfEmpty() {
    return bytes < capacity / 2;
  }

  /** All transactions. Any thread. */
  Collection<PoolEntry> all() {
    return byWtxid.values();
  }
}
