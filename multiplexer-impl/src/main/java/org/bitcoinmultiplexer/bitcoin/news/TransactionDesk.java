package org.bitcoinmultiplexer.bitcoin.news;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.news.UnprovenTransactions.Submission;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.Hub;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Brings transactions into the pool, tells everybody, and gives the node those of clients.
 *
 * <p>What the node announces is asked for at once, whether or not a client wants transactions: the
 * node announces each only once to a connection, and serves it reliably only for a while after. So
 * the pool is ready for a client that comes later. These questions are the library's own: they take
 * turns with what all clients ask together. Not before it, because there may be many and nobody
 * waits for a particular one; nor as one client among others, because all wait for some.
 *
 * <p>What a client submits is given to the node without an announcement, which saves a round trip
 * and two seconds, and kept for the next connection while there is none. A node that {@linkplain
 * NodeInfo#takesUnrequested takes only what it asked for} gets the announcement. One that wants no
 * transactions gets nothing: it would disconnect.
 *
 * <pre>
 *   submitted ──► {@link UnprovenTransactions} ──evidence──► pool, news, and word to who submitted
 *                     └── {@link EvidenceSearch#PATIENCE} over, or no room ──► forgotten
 * </pre>
 *
 * <p>Only evidence that the node accepted it makes it news, because anybody can invent a payment:
 * the node announces it, or gives it to whomever, be it in a block. What has been submitted over a
 * connection that was lost is submitted again over the next.
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

  /** How many transactions that the node had once wait for a connection. */
  private static final int MOST_UNSENT = 1_000;

  /**
   * What the node has not accepted is given to it again on the next connection, so much at once and
   * then each time after so long. All of it at once could keep a node busy for many seconds before
   * it answers anybody, and anybody can submit what it will never accept.
   */
  static final int GIVEN_AT_ONCE = 50;

  private static final Duration GIVING = Duration.ofMillis(250);

  /** After so long a transaction that comes again is given to the node again: a rebroadcast. */
  static final Duration REBROADCAST = Duration.ofMinutes(10);

  /** The same for one that the node has not accepted: its parent may have come since. */
  static final Duration RETRY = Duration.ofSeconds(10);

  private final Hub hub;
  private final Counters counters;
  private final TransactionPool pool;
  private final UnprovenTransactions unproven;
  private final EvidenceSearch search;
  private final Fetches fetches;
  private final Announcers announcers;
  private final Set<Hash> asked = new HashSet<>();
  private final BoundedSet<InventoryVector> queue = new BoundedSet<>(MOST_QUEUED);
  private final BoundedSet<Hash> missed = new BoundedSet<>(MOST_MISSED);
  private final BoundedSet<Hash> unsent = new BoundedSet<>(MOST_UNSENT);
  private final Set<Hash> toGive = new LinkedHashSet<>();
  private EventLoop.@Nullable Timer giving;
  private @Nullable NodeInfo node;
  private @Nullable Hash looked;

  TransactionDesk(Hub hub, TransactionPool pool, Announcers announcers, Fetches fetches) {
    this.hub = hub;
    this.counters = hub.counters();
    this.pool = pool;
    this.announcers = announcers;
    this.fetches = fetches;
    unproven = new UnprovenTransactions(hub, this::displaced);
    search = new EvidenceSearch(hub, unproven, this::saw, this::givenUp);
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
    search.connected(ready);
    toGive.addAll(unproven.inTurns());
    giveAgain();
  }

  private void giveAgain() {
    giving = null;
    for (int given = 0; given < GIVEN_AT_ONCE && !toGive.isEmpty(); ) {
      Hash wtxid = toGive.iterator().next();
      toGive.remove(wtxid);
      List<Submission> submissions = List.copyOf(unproven.of(wtxid));
      if (!submissions.isEmpty()) {
        give(submissions.get(0).entry, false);
        submissions.forEach(search::given);
        given++;
      }
    }
    if (!toGive.isEmpty()) {
      giving = hub.loop().schedule(GIVING, this::giveAgain);
    }
  }

  /** The connection is gone; another would not serve what this one announced. */
  void disconnected() {
    node = null;
    queue.clear();
    toGive.clear();
    if (giving != null) {
      giving.cancel();
      giving = null;
    }
    search.disconnected();
  }

  /** Whether a transaction may come that is not in the pool. */
  boolean awaitsAny() {
    return !asked.isEmpty() || !unproven.isEmpty();
  }

  /** The node announced a transaction. */
  void announcedByNode(InventoryVector item) {
    search.hint();
    Hash id = item.hash();
    boolean isWtxid = item.type() == InventoryVector.WTX;
    TransactionPool.Entry known = pool.find(id, isWtxid);
    if (known != null) {
      known.told = now();
      pool.waits(known); // again, if its block was disconnected
    } else if (isWtxid && prove(id)) {
      missed.remove(id);
    } else if (!asked.contains(id)) {
      if (asked.size() < MOST_ASKED) {
        ask(item);
      } else if (queue.push(item) != null) {
        counters.count(Counter.NEWS_TX_DROPPED);
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
            counters.count(Counter.NEWS_TX_MISSING);
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
      counters.count(Counter.NEWS_TX_MISSING);
    }
  }

  private void take(Transaction transaction) {
    arrived(transaction);
    if (!prove(transaction.wtxid()) && pool.find(transaction.wtxid(), true) == null) {
      keep(new TransactionPool.Entry(transaction, now()));
    }
  }

  /**
   * The node sent a transaction, asked by whomever: what a client submitted and the node thereby
   * accepted is news; so is what it announced and refused at first, as it does to whoever asks a
   * moment too early.
   */
  void saw(Message tx) {
    if (asked.isEmpty() && missed.isEmpty() && unproven.isEmpty()) {
      return;
    }
    Transaction transaction = Transaction.parse(tx);
    prove(transaction.wtxid());
    if (isAwaited(transaction.wtxid()) || isAwaited(transaction.txid())) {
      take(transaction);
    }
    fetches.flush();
  }

  /** The node has a new best block; Core gives the transactions of that, too. */
  void mined() {
    search.hint();
  }

  /** The node sent its best block: each is looked through once. */
  void saw(Hash hash, Message block) {
    if (unproven.isEmpty() || Objects.equals(hash, looked)) {
      return;
    }
    looked = hash;
    Block transactions = Block.parse(block);
    for (int i = 1; i < transactions.size() && !unproven.isEmpty(); i++) {
      prove(Transaction.parse(transactions.transaction(i)).wtxid());
    }
    fetches.flush();
  }

  /** The node has a transaction; whether one that was submitted becomes news by that. */
  private boolean prove(Hash wtxid) {
    List<Submission> proven = List.copyOf(unproven.of(wtxid));
    if (proven.isEmpty()) {
      return false;
    }
    counters.count(Counter.SUBMIT_TX_PROVEN);
    TransactionPool.Entry entry = proven.get(0).entry;
    entry.told = now();
    for (Submission submission : proven) {
      unproven.remove(submission);
      Client client = submission.by.client();
      if (client != null) {
        client.accepted(entry.txid, entry.wtxid);
      }
    }
    keep(entry);
    search.hint();
    return true;
  }

  private void displaced(Submission submission) {
    counters.count(Counter.SUBMIT_TX_DISPLACED);
    askOthers(submission);
  }

  private void givenUp(Submission submission) {
    counters.count(Counter.SUBMIT_TX_UNPROVEN);
    askOthers(submission);
    fetches.flush();
  }

  /** Who announced it too may have better luck. */
  private void askOthers(Submission submission) {
    for (Hash id : List.of(submission.entry.wtxid, submission.entry.txid)) {
      if (announcers.first(id) != null) {
        fetches.want(id);
      }
    }
  }

  /** What the node asks for by one of its names, as we have it; null if we have not. */
  @Nullable Message askedByNode(Hash id, boolean isWtxid) {
    TransactionPool.Entry entry = pool.find(id, isWtxid);
    if (entry == null) {
      entry = unproven.find(id, isWtxid);
      if (entry == null) {
        return null;
      }
      unproven.of(entry.wtxid).forEach(search::given);
    }
    return entry.full;
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
      return;
    }
    Submission own = unproven.find(from, id, isWtxid);
    if (own != null) {
      retry(own);
    } else if (announcers.add(id, from, requestType(item)) && !asked.contains(id)) {
      fetches.want(id);
    }
  }

  /** A client sent a transaction that has no flaw by itself; perhaps the node asked for it. */
  void submitted(Client from, Transaction transaction, boolean nodeAsked) {
    arrived(transaction);
    announcers.remove(transaction.wtxid(), from);
    announcers.remove(transaction.txid(), from);
    TransactionPool.Entry known = pool.find(transaction.wtxid(), true);
    if (known != null) {
      counters.count(Counter.SUBMIT_TX_KNOWN);
      if (nodeAsked) {
        hub.tell(known.full);
      } else {
        repeat(known);
      }
      from.accepted(known.txid, known.wtxid);
      return;
    }
    TransactionPool.Entry entry = unproven.find(transaction.wtxid(), true);
    boolean isNew = entry == null;
    if (entry == null) {
      entry = new TransactionPool.Entry(transaction, now());
    }
    counters.count(isNew ? Counter.SUBMIT_TX : Counter.SUBMIT_TX_KNOWN);
    Submission own = unproven.find(from, transaction.wtxid(), true);
    boolean isOwn = own != null;
    if (own == null) {
      own = unproven.add(from, entry);
    }
    if (isNew || nodeAsked) {
      give(entry, nodeAsked);
      search.given(own);
    } else if (isOwn || isStale(entry)) {
      retry(own);
    } else {
      search.given(own);
    }
  }

  /** Gives the node again what it has not accepted. */
  private void retry(Submission submission) {
    if (isStale(submission.entry)) {
      counters.count(Counter.SUBMIT_TX_REPEATED);
      give(submission.entry, false);
      search.given(submission);
    }
  }

  private boolean isStale(TransactionPool.Entry unaccepted) {
    return now() - unaccepted.told >= RETRY.toNanos();
  }

  /** A client is gone. */
  void left(Client client) {
    unproven.left(client);
  }

  private void arrived(Transaction transaction) {
    missed.remove(transaction.wtxid());
    missed.remove(transaction.txid());
    fetches.arrived(transaction.wtxid());
    fetches.arrived(transaction.txid());
  }

  private void keep(TransactionPool.Entry entry) {
    pool.add(entry);
    counters.count(Counter.NEWS_TRANSACTIONS);
    hub.publish(new TransactionNews(entry.txid, entry.wtxid));
  }

  private void repeat(TransactionPool.Entry entry) {
    if (now() - entry.told >= REBROADCAST.toNanos()) {
      counters.count(Counter.SUBMIT_TX_REPEATED);
      give(entry, false);
    }
  }

  private void give(TransactionPool.Entry entry, boolean nodeAsked) {
    entry.told = now();
    toGive.remove(entry.wtxid);
    if (node == null) {
      if (pool.find(entry.wtxid, true) == entry) {
        unsent.push(entry.wtxid); // what is unproven is given again anyway
      }
    } else if (node.relay()) {
      hub.tell(
          nodeAsked || node.takesUnrequested()
              ? entry.full
              : node.wtxidRelay()
                  ? Inventory.of(Commands.INV, InventoryVector.WTX, entry.wtxid)
                  : Inventory.of(Commands.INV, InventoryVector.TX, entry.txid));
    } else {
      counters.count(Counter.SUBMIT_TX_UNWANTED);
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
