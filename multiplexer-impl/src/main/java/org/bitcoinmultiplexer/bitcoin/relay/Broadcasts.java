package org.bitcoinmultiplexer.bitcoin.relay;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_STANDARD_TX_WEIGHT;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.BroadcastResult;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Outpoints;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.core.EngineContext;
import org.jspecify.annotations.Nullable;

/**
 * What the embedder hands in himself, until it is known what became of it.
 *
 * <pre>
 *   RUNNING ──a node has shown it────────────────────────────────────► ACCEPTED
 *      │ ▲  ──it has a flaw, or a block spends what it spends────────► REJECTED
 *      │ │  ──its time is over───────────────────────────────────────► TIMED OUT
 *      └─┘ pending no more, for lack of room or patience: handed in again
 * </pre>
 *
 * <p>Each is a client of its own, so the node is given it like any other submission, again on every
 * connection. A node says neither that it accepts a transaction nor that it refuses one. So only
 * what can never change is a refusal: what it is by itself, and what is mined. That the node has
 * another transaction in its mempool that spends the same is none: one may replace the other.
 *
 * <p>Confined to the engine's loop but for {@link #close}.
 */
final class Broadcasts implements MinedTransactions.Watcher {

  /** More bytes than this are not taken: what waits is the embedder's, but so is the memory. */
  static final long MOST_BYTES = 16L << 20;

  /** After so long what is pending no more is handed in again. */
  static final Duration RETRY = Duration.ofSeconds(10);

  /** One transaction, as a client that brings it. */
  private final class Broadcast implements Client {

    private final Transaction transaction;
    private final long[] spends;
    private final CompletableFuture<BroadcastResult> result;
    private EventLoop.@Nullable Timer end;
    private EventLoop.@Nullable Timer retry;
    private String lastReason = "no node has been given it";

    Broadcast(Transaction transaction, CompletableFuture<BroadcastResult> result) {
      this.transaction = transaction;
      this.spends = outpoints.spentBy(transaction.toMessage());
      this.result = result;
    }

    private long weight() {
      return Client.cost(transaction.toMessage());
    }

    private void handIn() {
      retry = null;
      transactions.submitted(this, transaction, null);
    }

    /** It has not got what the node wants to know of it: another transaction, or a block. */
    @Override
    public void push(Message message) {
      if (message.command().equals(Commands.GETDATA)) {
        Inventory items = Inventory.parse(message);
        engine
            .loop()
            .execute(
                () -> {
                  for (int i = 0; i < items.size(); i++) {
                    fetches.refused(this, items.hash(i));
                  }
                  fetches.flush();
                });
      }
    }

    @Override
    public void accepted(Hash txid, Hash wtxid) {
      accepted(txid, wtxid, BroadcastResult.Evidence.KNOWN);
    }

    @Override
    public void accepted(Hash txid, Hash wtxid, BroadcastResult.Evidence evidence) {
      String words =
          switch (evidence) {
            case ANNOUNCED -> "the node announced it";
            case SENT -> "the node gave it to somebody who asked for it";
            case MINED -> "it is in the node's best block";
            case KNOWN -> "the node had shown a moment before that it has it";
          };
      finish(this, BroadcastResult.accepted(evidence, words));
    }

    @Override
    public void unaccepted(String reason) {
      lastReason = reason;
      if (running.contains(this) && retry == null) {
        retry = engine.loop().schedule(RETRY, this::handIn);
      }
    }

    @Override
    public void processed(int cost) {
      lastReason = "a node was given it, and has not shown that it accepted it";
    }

    @Override
    public HostBudget budget() {
      return engine.budget();
    }

    @Override
    public String remote() {
      return "the embedder";
    }
  }

  private final EngineContext engine;
  private final TransactionRelay transactions;
  private final DataRequestTracker fetches;
  private final Outpoints outpoints;
  private final Consumer<? super Client> left;
  private final Set<Broadcast> running = ConcurrentHashMap.newKeySet();
  private final Map<Long, Set<Broadcast>> spenders = new HashMap<>();
  private long bytes;
  private volatile boolean closed;

  /**
   * Nothing is broadcast yet.
   *
   * @param left hears of each that has ended, as of a client that has gone
   */
  Broadcasts(
      EngineContext engine,
      TransactionRelay transactions,
      DataRequestTracker fetches,
      RandomGenerator random,
      Consumer<? super Client> left) {
    this.engine = engine;
    this.transactions = transactions;
    this.fetches = fetches;
    this.outpoints = new Outpoints(random);
    this.left = left;
  }

  /**
   * What is wrong with a transaction by itself, so that no node will ever take it from us.
   *
   * @return null if nothing can be told
   */
  static @Nullable String flaw(Message tx) {
    try {
      Transaction transaction = Transaction.parse(tx);
      int weight = 3 * transaction.strippedSize() + tx.size();
      return weight > MAX_STANDARD_TX_WEIGHT
          ? "its weight of " + weight + " is more than the " + MAX_STANDARD_TX_WEIGHT + " relayed"
          : TransactionRules.flaw(Transaction.strip(tx));
    } catch (MalformedMessageException e) {
      return "it is not a transaction: " + e.getMessage();
    }
  }

  /**
   * Begins to broadcast.
   *
   * @param transaction without {@linkplain #flaw flaw}
   * @param patience until it is given up
   * @param result to be completed, in another thread
   */
  void start(
      Transaction transaction, Duration patience, CompletableFuture<BroadcastResult> result) {
    Broadcast broadcast = new Broadcast(transaction, result);
    if (bytes + broadcast.weight() > MOST_BYTES) {
      complete(result, BroadcastResult.timedOut(bytes + " bytes are being broadcast already"));
      return;
    }
    bytes += broadcast.weight();
    running.add(broadcast);
    if (closed) {
      close();
    }
    for (long spent : broadcast.spends) {
      spenders.computeIfAbsent(spent, key -> new LinkedHashSet<>(2)).add(broadcast);
    }
    broadcast.end = engine.loop().schedule(patience, () -> giveUp(broadcast));
    broadcast.handIn();
  }

  private void giveUp(Broadcast broadcast) {
    finish(broadcast, BroadcastResult.timedOut(broadcast.lastReason));
  }

  @Override
  public boolean isWatching() {
    return !running.isEmpty();
  }

  @Override
  public void onBlock(Message message) {
    if (running.isEmpty()) {
      return;
    }
    Hash hash = BlockHeader.of(message).hash();
    Block block = Block.parse(message);
    for (int i = 1; i < block.size() && !running.isEmpty(); i++) { // the first spends nothing
      for (long spent : outpoints.spentBy(block.transaction(i))) {
        for (Broadcast spender : List.copyOf(spenders.getOrDefault(spent, Set.of()))) {
          mined(spender, block.txid(i), hash);
        }
      }
    }
  }

  private void mined(Broadcast broadcast, Hash txid, Hash block) {
    if (broadcast.transaction.txid().equals(txid)) { // with another witness
      broadcast.accepted(txid, broadcast.transaction.wtxid(), BroadcastResult.Evidence.MINED);
    } else {
      finish(
          broadcast,
          BroadcastResult.rejected(
              "block " + block + " has " + txid + " instead, which spends the same"));
    }
  }

  private void finish(Broadcast broadcast, BroadcastResult result) {
    if (!running.remove(broadcast)) {
      return;
    }
    bytes -= broadcast.weight();
    for (long spent : broadcast.spends) {
      Set<Broadcast> others = spenders.get(spent);
      if (others != null && others.remove(broadcast) && others.isEmpty()) {
        spenders.remove(spent);
      }
    }
    cancel(broadcast.end);
    cancel(broadcast.retry);
    complete(broadcast.result, result);
    engine.loop().execute(() -> left.accept(broadcast)); // behind whoever has just found out
  }

  private static void cancel(EventLoop.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  /** Completes a future whose consequences are the embedder's, and not for this loop. */
  static void complete(CompletableFuture<BroadcastResult> future, BroadcastResult result) {
    var unused = future.completeAsync(() -> result);
  }

  /** Nothing more will be known. Any thread. */
  void close() {
    closed = true;
    running.forEach(
        broadcast ->
            broadcast.result.completeExceptionally(
                new IllegalStateException("the multiplexer is closed")));
  }
}
