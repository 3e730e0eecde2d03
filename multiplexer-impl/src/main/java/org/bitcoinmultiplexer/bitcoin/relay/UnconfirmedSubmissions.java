package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.Outpoints;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.node.PoolEntry;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What clients submitted, a node has accepted, and is not known to be mined: every later node is
 * offered it, because a node may lose its mempool, and another never had it.
 *
 * <p>A transaction leaves when a block has it; when a block, or something that a node has accepted
 * later, spends what it spends; when one that it spends from leaves for that reason; after {@link
 * #KEPT}, as in Bitcoin Core; and, the oldest first, when there is no room.
 *
 * <p>Confined to the engine's loop.
 */
final class UnconfirmedSubmissions {

  private static final Logger log = LoggerFactory.getLogger(UnconfirmedSubmissions.class);

  /** Bitcoin Core's DEFAULT_MEMPOOL_EXPIRY_HOURS: 336. */
  static final Duration KEPT = Duration.ofDays(14);

  /** How much is kept, in bytes of memory: about 20,000 payments. */
  static final long MOST_BYTES = 20_000_000;

  /** For each outpoint that is spent: its place in a table. */
  private static final int PER_INPUT = 100;

  /** Keeps it over a restart of ours. Called in the engine's loop. */
  interface Journal {

    /** Nothing is kept. */
    Journal NONE =
        new Journal() {
          @Override
          public void add(Message tx, Instant since) {}

          @Override
          public void remove(Hash wtxid) {}
        };

    void add(Message tx, Instant since);

    void remove(Hash wtxid);
  }

  private static final class Kept {
    final PoolEntry entry;
    final Instant since;
    final long[] spends;

    Kept(PoolEntry entry, Instant since, long[] spends) {
      this.entry = entry;
      this.since = since;
      this.spends = spends;
    }

    long weight() {
      return entry.weight() + (long) PER_INPUT * spends.length;
    }
  }

  private final InstantSource clock;
  private final Outpoints outpoints;
  private final Consumer<? super Hash> gone;
  private final Map<Hash, Kept> byWtxid = new LinkedHashMap<>(); // the oldest first
  private final Map<Hash, Kept> byTxid = new HashMap<>();
  private final Map<Long, Kept> spenders = new HashMap<>();
  private Journal journal = Journal.NONE;
  private long bytes;

  /**
   * Nothing is kept yet.
   *
   * @param random draws a secret for {@link Outpoints}
   * @param gone hears the wtxid of what is kept no more
   */
  UnconfirmedSubmissions(InstantSource clock, RandomGenerator random, Consumer<? super Hash> gone) {
    this.clock = clock;
    this.outpoints = new Outpoints(random);
    this.gone = gone;
  }

  /** From now on it is kept over a restart of ours, too. Before anything is here. */
  void keepIn(Journal kept) {
    journal = kept;
  }

  boolean isEmpty() {
    return byWtxid.isEmpty();
  }

  /** A transaction by one of its names; null if it is not here. */
  @Nullable PoolEntry find(Hash id, boolean isWtxid) {
    Kept kept = (isWtxid ? byWtxid : byTxid).get(id);
    return kept == null ? null : kept.entry;
  }

  /** All, the oldest first. */
  List<PoolEntry> all() {
    List<PoolEntry> all = new ArrayList<>(byWtxid.size());
    byWtxid.values().forEach(kept -> all.add(kept.entry));
    return all;
  }

  /** A node has accepted what a client submitted. */
  void add(PoolEntry entry) {
    if (!byWtxid.containsKey(entry.wtxid())) {
      Instant now = clock.instant();
      journal.add(entry.full(), now);
      add(entry, now);
    }
  }

  /** It was kept over a restart of ours; the oldest first. */
  void restore(Message tx, Instant since) {
    add(new PoolEntry(Transaction.parse(tx)), since);
  }

  private void add(PoolEntry entry, Instant since) {
    accepted(entry);
    Kept kept = new Kept(entry, since, outpoints.spentBy(entry.full()));
    for (long spent : kept.spends) {
      spenders.put(spent, kept);
    }
    byWtxid.put(entry.wtxid(), kept);
    byTxid.put(entry.txid(), kept);
    bytes += kept.weight();
    while (bytes > MOST_BYTES) {
      Kept oldest = byWtxid.values().iterator().next();
      log.warn(
          "transaction {} is offered to no other node any more: there is no room for more than {}",
          oldest.entry.txid(),
          byWtxid.size() - 1);
      remove(oldest);
    }
    expire();
  }

  /** A node has accepted something: what it replaces will never be accepted again. */
  void accepted(PoolEntry entry) {
    if (!isEmpty() && !byWtxid.containsKey(entry.wtxid())) {
      for (long spent : outpoints.spentBy(entry.full())) {
        removeWithDescendants(spenders.get(spent));
      }
    }
  }

  /** Forgets what is too old. */
  void expire() {
    Instant last = clock.instant().minus(KEPT);
    while (!isEmpty()) {
      Kept oldest = byWtxid.values().iterator().next();
      if (oldest.since.isAfter(last)) {
        return;
      }
      log.warn(
          "transaction {} is offered to no other node any more: it is not mined after {} hours",
          oldest.entry.txid(),
          KEPT.toHours());
      remove(oldest);
    }
  }

  /** A block of the best chain. */
  void mined(Message message) {
    if (isEmpty()) {
      return;
    }
    Block block = Block.parse(message);
    for (int i = 1; i < block.size() && !isEmpty(); i++) { // the first spends nothing
      for (long spent : outpoints.spentBy(block.transaction(i))) {
        Kept spender = spenders.get(spent);
        if (spender != null && spender.entry.txid().equals(block.txid(i))) {
          remove(spender); // what spends from it waits on
        } else {
          removeWithDescendants(spender);
        }
      }
    }
    expire();
  }

  private void removeWithDescendants(@Nullable Kept first) {
    Deque<Kept> doomed = new ArrayDeque<>(first == null ? List.of() : List.of(first));
    for (Kept next = doomed.poll(); next != null; next = doomed.poll()) {
      remove(next);
      for (long output : outpoints.of(next.entry.txid(), Outpoints.outputs(next.entry.full()))) {
        Kept child = spenders.get(output);
        if (child != null) {
          doomed.add(child);
        }
      }
    }
  }

  private void remove(Kept kept) {
    if (!byWtxid.remove(kept.entry.wtxid(), kept)) {
      return;
    }
    byTxid.remove(kept.entry.txid(), kept);
    for (long spent : kept.spends) {
      spenders.remove(spent, kept);
    }
    bytes -= kept.weight();
    journal.remove(kept.entry.wtxid());
    gone.accept(kept.entry.wtxid());
  }

  /** How much is kept, in bytes of memory. */
  long bytes() {
    return bytes;
  }

  /** All that is kept, for tests and logs. */
  Collection<Hash> wtxids() {
    return byWtxid.keySet();
  }
}
