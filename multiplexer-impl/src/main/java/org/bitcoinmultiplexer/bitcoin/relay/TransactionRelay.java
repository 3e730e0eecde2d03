package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.bitcoinmultiplexer.api.BroadcastResult.Evidence;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.Outpoints;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.node.PoolEntry;
import org.bitcoinmultiplexer.bitcoin.node.TransactionNotification;
import org.bitcoinmultiplexer.bitcoin.node.TransactionPool;
import org.bitcoinmultiplexer.bitcoin.relay.PendingSubmissions.Submission;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Brings transactions into the pool, tells everybody, and gives the node those of clients.
 *
 * <p>What the node announces is asked for at once: {@link AnnouncedTransactions}. What a client
 * submits is given to the node without an announcement, which saves a round trip and two seconds.
 *
 * <pre>
 *   submitted ──► {@link PendingSubmissions} ──evidence──► pool, news, word to who submitted,
 *                     │    ▲                               and {@link UnconfirmedSubmissions}
 *                     │    └────────── another connection ──────────┘
 *                     └── {@link AcceptanceProbe#PATIENCE} over, or no room ──► forgotten
 * </pre>
 *
 * <p>Only evidence that the node accepted it makes it news, because anybody can invent a payment:
 * the node announces it, or gives it to whomever, be it in a block. Evidence is of one connection:
 * on the next everything of clients that is not mined is offered again, and whoever submits again
 * is told that it was accepted only once the node of this connection has shown it.
 *
 * <p>Confined to the engine's loop.
 */
final class TransactionRelay {

  /** After so long what a client announces again is given to the node again: a rebroadcast. */
  static final Duration REBROADCAST = Duration.ofMinutes(10);

  /** Of so many transactions that one spends from it is remembered who may have them. */
  static final int MOST_PARENTS = 100;

  private final EngineContext engine;
  private final Counters counters;
  private final TransactionPool pool;
  private final PendingSubmissions pending;
  private final UnconfirmedSubmissions unconfirmed;
  private final SubmissionSender sender;
  private final AcceptanceProbe probe;
  private final AnnouncedTransactions announced;
  private final DataRequestTracker fetches;
  private final Announcers announcers;
  private int connection;
  private boolean isConnected;
  private @Nullable Hash looked;

  TransactionRelay(
      EngineContext engine,
      TransactionPool pool,
      UnconfirmedSubmissions unconfirmed,
      PendingSubmissions pending,
      Announcers announcers,
      DataRequestTracker fetches) {
    this.engine = engine;
    this.counters = engine.counters();
    this.pool = pool;
    this.unconfirmed = unconfirmed;
    this.pending = pending;
    this.announcers = announcers;
    this.fetches = fetches;
    EngineContext.Source leftBehind = engine.source();
    announced = new AnnouncedTransactions(engine, new Announced());
    probe = new AcceptanceProbe(engine, pending, leftBehind, this::onTransaction, this::notShown);
    sender = new SubmissionSender(engine, pending, leftBehind, probe::given);
  }

  /** A connection is ready: whatever its node has, it has not shown it. */
  void connected(NodeInfo ready) {
    connection++;
    isConnected = true;
    unconfirmed.expire();
    List<PoolEntry> ours = unconfirmed.all();
    ours.forEach(pending::addOurs);
    counters.counter(Counter.SUBMIT_TX_OFFERED).add(ours.size());
    probe.connected(ready);
    sender.connected(ready);
  }

  /** The connection is gone. */
  void disconnected() {
    isConnected = false;
    announced.disconnected();
    probe.disconnected();
    sender.disconnected();
  }

  /** Whether a transaction may come that is not in the pool. */
  boolean awaitsAny() {
    return announced.isAsking() || !pending.isEmpty();
  }

  // ---- what the node says

  /** The node announced a transaction. */
  void announcedByNode(InventoryVector item) {
    probe.hint();
    boolean isWtxid = item.type() == InventoryVector.WTX;
    PoolEntry known = pool.find(item.hash(), isWtxid);
    boolean isProven = isWtxid && prove(item.hash(), Evidence.ANNOUNCED);
    if (known != null) {
      shown(known);
      pool.waits(known); // again, if its block was disconnected
    } else if (isProven) {
      announced.arrived(item.hash());
    } else {
      announced.announced(item);
    }
  }

  /** What becomes of what the node announced. */
  private final class Announced implements AnnouncedTransactions.Listener {

    @Override
    public boolean isKnown(InventoryVector item) {
      return pool.find(item.hash(), item.type() == InventoryVector.WTX) != null;
    }

    @Override
    public void given(Transaction transaction) {
      take(transaction);
    }

    /** A client may have announced it while the node was asked. */
    @Override
    public void missing(Hash id) {
      if (announcers.first(id) != null) {
        fetches.want(id);
        fetches.flush();
      }
    }
  }

  private void take(Transaction transaction) {
    arrived(transaction);
    if (!prove(transaction.wtxid(), Evidence.SENT)
        && pool.find(transaction.wtxid(), true) == null) {
      keep(new PoolEntry(transaction));
    }
  }

  /**
   * The node sent a transaction, asked by whomever: what a client submitted and the node thereby
   * accepted is news; so is what it announced and refused at first, as it does to whoever asks a
   * moment too early.
   */
  void onTransaction(Message tx) {
    Transaction transaction = Transaction.parse(tx);
    PoolEntry known = pool.find(transaction.wtxid(), true);
    if (known != null) {
      shown(known);
    }
    prove(transaction.wtxid(), Evidence.SENT);
    if (announced.awaits(transaction)) {
      take(transaction);
    }
    fetches.flush();
  }

  /** The node has a new best block; Core gives the transactions of that, too. */
  void mined() {
    probe.hint();
  }

  /** The node sent its best block: each is looked through once. */
  void onBlock(Hash hash, Message block) {
    if ((pending.isEmpty() && unconfirmed.isEmpty()) || Objects.equals(hash, looked)) {
      return;
    }
    looked = hash;
    Block transactions = Block.parse(block);
    for (int i = 1; i < transactions.size() && !pending.isEmpty(); i++) {
      prove(Transaction.parse(transactions.transaction(i)).wtxid(), Evidence.MINED);
    }
    unconfirmed.mined(block);
    fetches.flush();
  }

  /** The node has a transaction; whether one that is pending is so no more. */
  private boolean prove(Hash wtxid, Evidence evidence) {
    List<Submission> proven = List.copyOf(pending.of(wtxid));
    if (proven.isEmpty()) {
      return false;
    }
    PoolEntry entry = proven.get(0).entry;
    boolean isNew = false;
    for (Submission submission : proven) {
      isNew |= submission.by.isClient();
      end(submission);
      Client client = submission.by.client();
      if (client != null && submission.isAwaited) {
        client.accepted(entry.txid(), entry.wtxid(), evidence);
      }
    }
    if (isNew) {
      counters.count(Counter.SUBMIT_TX_PROVEN);
    }
    keep(entry);
    unconfirmed.add(entry);
    probe.hint();
    return true;
  }

  private void end(Submission submission) {
    pending.remove(submission);
    sender.release(submission);
  }

  private void keep(PoolEntry entry) {
    shown(entry);
    PoolEntry known = pool.find(entry.wtxid(), true);
    if (known != null) {
      shown(known);
      return;
    }
    unconfirmed.accepted(entry);
    pool.add(entry);
    counters.count(Counter.NEWS_TRANSACTIONS);
    engine.publish(new TransactionNotification(entry.txid(), entry.wtxid()));
  }

  private void shown(PoolEntry entry) {
    entry.shown(connection, now());
  }

  /** Whether the node of this connection has shown it within a time. */
  private boolean isShown(PoolEntry entry, Duration within) {
    return isConnected && entry.wasShown(connection) && now() - entry.shown() < within.toNanos();
  }

  // ---- what is not accepted

  /** There was no room for it. */
  void displaced(Submission submission) {
    counters.count(Counter.SUBMIT_TX_DISPLACED);
    sender.release(submission);
    askOthers(submission, "there was no room for it");
  }

  /** The node has not shown it in all the time that it had. */
  private void notShown(Submission submission) {
    if (!submission.by.isClient()) {
      sender.offer(submission); // a node did accept it, and this one may
      return;
    }
    counters.count(Counter.SUBMIT_TX_UNPROVEN);
    end(submission);
    askOthers(submission, "the node has not shown it in all its time");
    fetches.flush();
  }

  /** Who announced it too may have better luck. */
  private void askOthers(Submission submission, String reason) {
    submission.unaccepted(reason);
    for (Hash id : List.of(submission.entry.wtxid(), submission.entry.txid())) {
      if (announcers.first(id) != null) {
        fetches.want(id);
      }
    }
  }

  // ---- what the node wants

  /**
   * The node asks for a transaction.
   *
   * @param answers give it what is not pending
   * @return whether it is here, and so on its way
   */
  boolean serve(InventoryVector item, UpstreamReplies answers) {
    boolean isWtxid = item.type() == InventoryVector.WTX;
    Submission submission = pending.find(item.hash(), isWtxid);
    if (submission != null) {
      sender.serve(submission, item.type());
      return true;
    }
    PoolEntry entry = pool.find(item.hash(), isWtxid);
    if (entry == null) {
      entry = unconfirmed.find(item.hash(), isWtxid);
    }
    if (entry == null) {
      return false;
    }
    Message tx = entry.full();
    return answers.give(item.type() == InventoryVector.TX ? Transaction.strip(tx) : tx, () -> {});
  }

  // ---- what clients bring

  /** A client announced a transaction. */
  void announcedByClient(Client from, InventoryVector item) {
    Hash id = item.hash();
    boolean isWtxid = item.type() == InventoryVector.WTX;
    PoolEntry known = pool.find(id, isWtxid);
    if (known == null) {
      known = unconfirmed.find(id, isWtxid);
    }
    Submission own = pending.find(from, id, isWtxid);
    if (own != null) {
      sender.offer(own);
    } else if (known != null) {
      if (!isShown(known, REBROADCAST)) {
        sender.offer(pending.add(from, known));
      }
    } else {
      announcers.add(id, from, AnnouncedTransactions.requestType(item));
      if (!announced.isAsking(id)) {
        fetches.want(id);
      }
    }
  }

  /** A client sent a transaction that has no flaw by itself; perhaps the node asked for it. */
  void submitted(Client from, Transaction transaction, @Nullable InventoryVector nodeAsked) {
    arrived(transaction);
    announcers.remove(transaction.wtxid(), from);
    announcers.remove(transaction.txid(), from);
    PoolEntry known = pool.find(transaction.wtxid(), true);
    counters.count(isHere(transaction) ? Counter.SUBMIT_TX_KNOWN : Counter.SUBMIT_TX);
    if (known != null && nodeAsked == null && isShown(known, SubmissionSender.RETRY)) {
      unconfirmed.add(known);
      from.accepted(known.txid(), known.wtxid(), Evidence.KNOWN);
      from.processed(Client.cost(transaction.toMessage()));
      return;
    }
    Submission submission = pending.find(from, transaction.wtxid(), true);
    if (submission == null) {
      submission = pending.add(from, entry(transaction));
      mayHaveParents(from, transaction);
    }
    submission.isAwaited = true;
    submission.heldBack += Client.cost(transaction.toMessage());
    if (nodeAsked != null) {
      sender.serve(submission, nodeAsked.type());
    } else {
      sender.offer(submission);
    }
  }

  private boolean isHere(Transaction transaction) {
    return pool.find(transaction.wtxid(), true) != null
        || pending.find(transaction.wtxid(), true) != null
        || unconfirmed.find(transaction.wtxid(), true) != null;
  }

  /** One for all who have to do with it, so that it is known when it was given and shown. */
  private PoolEntry entry(Transaction transaction) {
    PoolEntry known = pool.find(transaction.wtxid(), true);
    if (known == null) {
      Submission submission = pending.find(transaction.wtxid(), true);
      known = submission != null ? submission.entry : unconfirmed.find(transaction.wtxid(), true);
    }
    return known != null ? known : new PoolEntry(transaction);
  }

  /**
   * A client submitted something: should the node ask for what it spends from, that client is who
   * may have it. A parent that pays no fee is accepted only with its child, and need not have been
   * announced.
   */
  private void mayHaveParents(Client from, Transaction child) {
    for (Hash parent : Outpoints.parents(child.toMessage(), MOST_PARENTS)) {
      if (pool.find(parent, false) == null && pending.find(parent, false) == null) {
        announcers.add(parent, from, InventoryVector.WITNESS_TX);
      }
    }
  }

  private void arrived(Transaction transaction) {
    announced.arrived(transaction.wtxid());
    announced.arrived(transaction.txid());
    fetches.arrived(transaction.wtxid());
    fetches.arrived(transaction.txid());
  }

  /** A client is gone. */
  void left(Client client) {
    pending.left(client);
  }

  private long now() {
    return engine.loop().nanoTime();
  }
}
