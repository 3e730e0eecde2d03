package org.bitcoinmultiplexer.bitcoin.news;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.Hub;
import org.jspecify.annotations.Nullable;

/**
 * Brings transactions into the pool, tells everybody, and gives the node those of clients.
 *
 * <p>What the node announces is asked for at once, whether or not a client wants transactions: the
 * node announces each only once to a connection, and serves it reliably only for a while after. So
 * the pool is ready for a client that comes later.
 *
 * <p>What a client submits is given to the node without an announcement, which saves a round trip
 * and two seconds, and kept for the next connection while there is none. A node that {@linkplain
 * NodeInfo#takesUnrequested takes only what it asked for} gets the announcement. One that wants no
 * transactions gets nothing: it would disconnect.
 *
 * <p>Confined to the hub's loop.
 */
final class TransactionDesk {

  /** How many announced transactions are asked of the node at once. */
  static final int MOST_ASKED = 1_000;

  /** How many wait to be asked; of more, the oldest are given up. */
  static final int MOST_QUEUED = 50_000;

  /** Of how many that the node announced and did not give it is remembered that they are news. */
  private static final int MOST_MISSED = 1_000;

  /** How many transactions of clients wait for a connection. */
  private static final int MOST_UNSENT = 1_000;

  /** After so long a transaction that comes again is given to the node again: a rebroadcast. */
  static final Duration REBROADCAST = Duration.ofMinutes(10);

  private final Hub hub;
  private final Counters counters;
  private final TransactionPool pool;
  private final Fetches fetches;
  private final Announcers announcers;
  private final Set<Hash> asked = new HashSet<>();
  private final BoundedSet<InventoryVector> queue = new BoundedSet<>(MOST_QUEUED);
  private final BoundedSet<Hash> missed = new BoundedSet<>(MOST_MISSED);
  private final BoundedSet<Hash> unsent = new BoundedSet<>(MOST_UNSENT);
  private @Nullable NodeInfo node;

  TransactionDesk(Hub hub, TransactionPool pool, Announcers announcers, Fetches fetches) {
    this.hub = hub;
    this.counters = hub.counters();
    this.pool = pool;
    this.announcers = announcers;
    this.fetches = fetches;
  }

  /** A connection is ready. */
  void connected(NodeInfo ready) {
    node = ready;
    for (Hash wtxid = unsent.poll(); wtxid != null; wtxid = unsent.poll()) {
      TransactionPool.Entry entry = pool.find(wtxid, true);
      if (entry != null) {
        give(entry, false);
      }
    }
  }

  /** The connection is gone; another would not serve what this one announced. */
  void disconnected() {
    node = null;
    queue.clear();
  }

  /** The node announced a transaction. */
  void announcedByNode(InventoryVector item) {
    Hash id = item.hash();
    TransactionPool.Entry known = pool.find(id, item.type() == InventoryVector.WTX);
    if (known != null) {
      known.told = now();
    } else if (!asked.contains(id)) {
      if (asked.size() < MOST_ASKED) {
        ask(item);
      } else if (queue.push(item) != null) {
        counters.count(Counts.TX_DROPPED);
      }
    }
  }

  private void ask(InventoryVector item) {
    Hash id = item.hash();
    asked.add(id);
    hub.ask(
        Inventory.of(Commands.GETDATA, requestType(item), id),
        outcome -> {
          asked.remove(id);
          if (outcome instanceof Outcome.Answered answered) {
            take(answered);
          } else if (pool.find(id, item.type() == InventoryVector.WTX) == null) {
            counters.count(Counts.TX_MISSING);
            missed.add(id);
            askClients(id);
          }
          askNext();
        });
  }

  /** A client may have announced it while the node was asked. */
  private void askClients(Hash id) {
    if (announcers.first(id) != null) {
      fetches.want(id);
      fetches.flush();
    }
  }

  private void askNext() {
    while (asked.size() < MOST_ASKED) {
      InventoryVector next = queue.poll();
      if (next == null) {
        return;
      }
      if (!asked.contains(next.hash())
          && pool.find(next.hash(), next.type() == InventoryVector.WTX) == null) {
        ask(next);
      }
    }
  }

  private void take(Outcome.Answered answered) {
    try {
      take(Transaction.parse(answered.message()));
    } catch (MalformedMessageException e) {
      counters.count(Counts.TX_MISSING);
    }
  }

  private void take(Transaction transaction) {
    arrived(transaction);
    if (pool.find(transaction.wtxid(), true) == null) {
      keep(new TransactionPool.Entry(transaction, true, now()), null);
    }
  }

  /**
   * The node sent a transaction, asked by whomever: what it announced and refused at first, as it
   * does to whoever asks a moment too early, is news when a client gets it.
   */
  void saw(Message tx) {
    if (asked.isEmpty() && missed.isEmpty()) {
      return;
    }
    Transaction transaction = Transaction.parse(tx);
    if (isAwaited(transaction.wtxid()) || isAwaited(transaction.txid())) {
      take(transaction);
      fetches.flush();
    }
  }

  private boolean isAwaited(Hash id) {
    return asked.contains(id) || missed.contains(id);
  }

  /** A client announced a transaction. */
  void announcedByClient(Client from, InventoryVector item) {
    Hash id = item.hash();
    boolean isWtxid = item.type() == InventoryVector.WTX;
    TransactionPool.Entry known = pool.find(id, isWtxid);
    if (known != null) {
      repeat(known);
    } else if (announcers.add(id, from, requestType(item)) && !asked.contains(id)) {
      fetches.want(id);
    }
  }

  /** A client sent a transaction that has no flaw by itself; perhaps the node asked for it. */
  void submitted(Client from, Transaction transaction, boolean nodeAsked) {
    arrived(transaction);
    TransactionPool.Entry known = pool.find(transaction.wtxid(), true);
    if (known != null) {
      counters.count(Counts.TX_KNOWN);
      if (nodeAsked) {
        hub.tell(known.full);
      } else {
        repeat(known);
      }
      return;
    }
    counters.count(Counts.TX_SUBMITTED);
    TransactionPool.Entry entry = new TransactionPool.Entry(transaction, false, now());
    keep(entry, from);
    give(entry, nodeAsked);
  }

  private void arrived(Transaction transaction) {
    missed.remove(transaction.wtxid());
    missed.remove(transaction.txid());
    fetches.arrived(transaction.wtxid());
    fetches.arrived(transaction.txid());
  }

  private void keep(TransactionPool.Entry entry, @Nullable Client origin) {
    pool.add(entry);
    counters.count(Counts.TRANSACTIONS);
    hub.publish(new TransactionNews(entry.txid, entry.wtxid, origin));
  }

  private void repeat(TransactionPool.Entry entry) {
    if (now() - entry.told >= REBROADCAST.toNanos()) {
      counters.count(Counts.TX_REPEATED);
      give(entry, false);
    }
  }

  private void give(TransactionPool.Entry entry, boolean nodeAsked) {
    entry.told = now();
    if (node == null) {
      unsent.push(entry.wtxid);
    } else if (node.relay()) {
      hub.tell(
          nodeAsked || node.takesUnrequested()
              ? entry.full
              : node.wtxidRelay()
                  ? Inventory.of(Commands.INV, InventoryVector.WTX, entry.wtxid)
                  : Inventory.of(Commands.INV, InventoryVector.TX, entry.txid));
    } else {
      counters.count(Counts.TX_UNWANTED);
    }
  }

  private long now() {
    return hub.loop().nanoTime();
  }

  /** By txid, ask for the form with witness. */
  private static int requestType(InventoryVector item) {
    return item.type() == InventoryVector.WTX ? InventoryVector.WTX : InventoryVector.WITNESS_TX;
  }
}
