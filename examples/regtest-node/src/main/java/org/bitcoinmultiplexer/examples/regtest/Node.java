package org.bitcoinmultiplexer.examples.regtest;

import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.script.Script;
import org.jspecify.annotations.Nullable;

/**
 * Chain, mempool and peers, and the one lock that guards all of them.
 *
 * <p>Everything that the node does happens in {@link #locked}; accessors without mention of threads
 * are for use inside. Nothing blocks while it holds the lock, since sending only queues.
 */
final class Node {
  private static final int REMEMBERED_TRANSACTIONS = 50_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final StallGate gate = new StallGate();
  private final Clock clock;
  private final Chain chain;
  private final Mempool mempool;
  private final BlockAssembler assembler;
  private final Faucet faucet;
  private final Ledger ledger = new Ledger();
  private final TransactionRequests requests = new TransactionRequests();
  private final Map<Long, Connection> connections = new LinkedHashMap<>();
  private final BoundedSet<Sha256Hash> done = new BoundedSet<>(REMEMBERED_TRANSACTIONS);
  private final BoundedSet<Sha256Hash> refused = new BoundedSet<>(REMEMBERED_TRANSACTIONS);
  private final Map<Sha256Hash, TransactionBody> inTip = new HashMap<>();
  private final Filters filters = new Filters();
  private boolean takesNumbers;
  private boolean servesFilters;

  Node(Clock clock, ECKey faucet) {
    this.clock = clock;
    this.chain = new Chain(clock);
    this.mempool = new Mempool(chain);
    this.assembler = new BlockAssembler(clock);
    this.faucet = new Faucet(chain, mempool, faucet);
  }

  /** Does something to the node, from any thread, and wakes those who wait for a change. */
  <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      changed.signalAll();
      lock.unlock();
    }
  }

  /** Looks at the node without changing it, from any thread. */
  <T> T read(Supplier<T> question) {
    lock.lock();
    try {
      return question.get();
    } finally {
      lock.unlock();
    }
  }

  void locked(Runnable action) {
    locked(
        () -> {
          action.run();
          return true;
        });
  }

  /**
   * Waits, outside of the lock, until a condition on the node holds; false if it did not in time.
   */
  boolean await(BooleanSupplier condition, Duration timeout) throws InterruptedException {
    lock.lock();
    try {
      long left = timeout.toNanos();
      while (!condition.getAsBoolean()) {
        if (left <= 0) {
          return false;
        }
        left = changed.awaitNanos(left);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Safe for use by any thread. */
  StallGate gate() {
    return gate;
  }

  Clock clock() {
    return clock;
  }

  /** Whether peers that offer to number their requests may. */
  boolean takesNumbers() {
    return takesNumbers;
  }

  void takeNumbers(boolean takes) {
    takesNumbers = takes;
  }

  /** Whether compact filters are offered and served. */
  boolean servesFilters() {
    return servesFilters;
  }

  void serveFilters(boolean serves) {
    servesFilters = serves;
  }

  Filters filters() {
    return filters;
  }

  Chain chain() {
    return chain;
  }

  Mempool mempool() {
    return mempool;
  }

  Faucet faucet() {
    return faucet;
  }

  Ledger ledger() {
    return ledger;
  }

  TransactionRequests requests() {
    return requests;
  }

  NodeStats stats() {
    return ledger.snapshot(connections.size());
  }

  /**
   * Makes a block on top of any other, with what is in the mempool if that is the tip, and takes
   * it.
   */
  Sha256Hash mineOn(BlockEntry parent, Script to) {
    BlockBody block =
        assembler.assemble(parent, parent.equals(chain.tip()) ? mempool.entries() : List.of(), to);
    accept(block);
    return block.header().hash();
  }

  /**
   * Takes a block and announces what follows from it.
   *
   * @throws InvalidBlockException if it, or one that waited for it, is invalid
   */
  void accept(BlockBody block) {
    TipChange change = chain.acceptBlock(block);
    for (Connection connection : connections.values()) {
      connection.peer().knowledge().resolve(chain);
    }
    if (change.connected().isEmpty()) {
      return;
    }
    mempool.follow(change);
    refused.clear();
    inTip.clear();
    for (BlockEntry entry : change.connected()) {
      BlockBody body = entry.body();
      if (body != null) {
        inTip.clear();
        body.transactions().forEach(this::confirmed);
      }
    }
    for (Connection connection : connections.values()) {
      connection.peer().announcer().announce(change.connected());
    }
  }

  /**
   * Takes a transaction and announces it.
   *
   * @param from who sent it; null if it is the node's own
   * @throws InvalidTransactionException if it is refused
   */
  void accept(TransactionBody body, @Nullable Peer from) {
    requests.received(body);
    MempoolEntry entry;
    try {
      entry = mempool.add(body);
    } catch (InvalidTransactionException e) {
      if (mempool.hasInputs(body)) {
        refused.add(body.wtxid());
      }
      throw e;
    }
    for (Connection connection : connections.values()) {
      connection.peer().announcer().announce(entry, connection.peer().equals(from));
    }
  }

  /** Whether there is no need to fetch a transaction that a peer announced by txid or wtxid. */
  boolean hasSeen(Sha256Hash id) {
    return mempool.byTxid(id) != null
        || mempool.byWtxid(id) != null
        || done.contains(id)
        || refused.contains(id);
  }

  /** A transaction of the block at the tip, by txid or wtxid. */
  @Nullable TransactionBody inTip(Sha256Hash id) {
    return inTip.get(id);
  }

  private void confirmed(TransactionBody body) {
    requests.received(body);
    done.add(body.txid());
    done.add(body.wtxid());
    inTip.put(body.txid(), body);
    inTip.put(body.wtxid(), body);
  }

  /** Takes a new socket, from any thread. */
  void connected(Socket socket) {
    locked(
        () -> {
          Connection connection = new Connection(ledger.nextConnection(), socket, this);
          connections.put(connection.id(), connection);
          connection.start();
        });
  }

  /** Forgets a connection that has ended, from any thread. */
  void gone(Connection connection) {
    locked(
        () -> {
          connections.remove(connection.id());
          requests.gone(connection.peer());
        });
  }

  /** Ends all connections, from any thread. */
  void disconnectAll() {
    List<Connection> all = locked(() -> new ArrayList<>(connections.values()));
    for (Connection connection : all) {
      connection.close();
      gone(connection);
    }
  }

  /** From any thread. */
  void violation(long connection, String command, String reason) {
    locked(() -> ledger.violation(new PeerFault(connection, command, reason)));
  }

  /** From any thread. */
  void sentBytes(int bytes) {
    ledger.sentBytes(bytes);
  }
}
