package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.HashSet;
import java.util.Set;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * Asks the node for the transactions that it announces.
 *
 * <p>All of them and at once, whether or not a client wants transactions: the node announces each
 * only once to a connection, and serves it reliably only for a while after. So the pool is ready
 * for a client that comes later. These questions are the library's own: they take turns with what
 * all clients ask together. Not before it, because there may be many and nobody waits for a
 * particular one; nor as one client among others, because all wait for some.
 *
 * <p>Confined to the engine's loop.
 */
final class AnnouncedTransactions {

  /** How many announced transactions are asked of the node at once. */
  static final int MOST_ASKED = 1_000;

  /** How many wait to be asked; of more, the oldest are given up. */
  static final int MOST_QUEUED = 50_000;

  /** Of how many that the node announced and did not give it is remembered that they are news. */
  private static final int MOST_MISSED = 1_000;

  /** Hears what becomes of it. */
  interface Listener {

    /** Whether it is here already. */
    boolean isKnown(InventoryVector item);

    /** The node gave what it had announced. */
    void given(Transaction transaction);

    /** The node did not give what it had announced. */
    void missing(Hash id);
  }

  private final EngineContext engine;
  private final Counters counters;
  private final Listener listener;
  private final Set<Hash> asked = new HashSet<>();
  private final BoundedSet<InventoryVector> queue = new BoundedSet<>(MOST_QUEUED);
  private final BoundedSet<Hash> missed = new BoundedSet<>(MOST_MISSED);

  AnnouncedTransactions(EngineContext engine, Listener listener) {
    this.engine = engine;
    this.counters = engine.counters();
    this.listener = listener;
  }

  /** The connection is gone; another would not serve what this one announced. */
  void disconnected() {
    queue.clear();
  }

  /** Whether the node is being asked for anything. */
  boolean isAsking() {
    return !asked.isEmpty();
  }

  /** Whether the node is being asked for this. */
  boolean isAsking(Hash id) {
    return asked.contains(id);
  }

  /** Whether this was announced and has not come. */
  boolean awaits(Transaction transaction) {
    return awaits(transaction.wtxid()) || awaits(transaction.txid());
  }

  private boolean awaits(Hash id) {
    return asked.contains(id) || missed.contains(id);
  }

  /** The node announced a transaction that is not here. */
  void announced(InventoryVector item) {
    if (asked.contains(item.hash())) {
      return;
    }
    if (asked.size() < MOST_ASKED) {
      ask(item);
    } else if (queue.push(item) != null) {
      counters.count(Counter.NEWS_TX_DROPPED);
    }
  }

  /** It has come, from wherever. */
  void arrived(Hash id) {
    missed.remove(id);
  }

  private void ask(InventoryVector item) {
    Hash id = item.hash();
    asked.add(id);
    engine.ask(
        Inventory.of(Commands.GETDATA, requestType(item), id),
        outcome -> {
          asked.remove(id);
          if (outcome instanceof Outcome.Answered answered) {
            take(answered);
          } else if (!listener.isKnown(item)) {
            counters.count(Counter.NEWS_TX_MISSING);
            missed.add(id);
            listener.missing(id);
          }
          askNext();
        });
  }

  private void take(Outcome.Answered answered) {
    try {
      listener.given(Transaction.parse(answered.message()));
    } catch (MalformedMessageException e) {
      counters.count(Counter.NEWS_TX_MISSING);
    }
  }

  private void askNext() {
    while (asked.size() < MOST_ASKED) {
      InventoryVector next = queue.poll();
      if (next == null) {
        return;
      }
      if (!asked.contains(next.hash()) && !listener.isKnown(next)) {
        ask(next);
      }
    }
  }

  /** By txid, ask for the form with witness. */
  static int requestType(InventoryVector item) {
    return item.type() == InventoryVector.WTX ? InventoryVector.WTX : InventoryVector.WITNESS_TX;
  }
}
