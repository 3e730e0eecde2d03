package org.bitcoinmultiplexer.bitcoin.session;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatching;
import org.bitcoinmultiplexer.bitcoin.bloom.BloomFilter;
import org.bitcoinmultiplexer.bitcoin.bloom.TransactionMatching;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Which transactions one client wants to hear of: all, none, or those that its bloom filter matches
 * (BIP37).
 *
 * <pre>
 *   NONE (version said relay=0) ──load──► FILTERED ◄──load── ALL (relay=1)
 *     └────────────clear──────────────────┐   └──clear──►     ▲
 *                                         └───────────────────┘
 * </pre>
 *
 * <p><b>Cost.</b> A client needs 36 bytes to have a block of 4 MB matched, and 36 kB for a filter
 * that makes this a matter of tenths of a second, all of it in a loop that a thousand others share.
 * So all of it is done in slices, in the client's {@linkplain FilterScheduler turn}, and charged by
 * what it took; while it is not its turn, the client {@linkplain ClientContext#rest rests}. It is
 * delayed and never thrown out: a wallet that downloads years of blocks does nothing wrong.
 *
 * <p>Transactions that are relayed wait for the same turns, if there are any to wait for, and go
 * before the rest of a block. {@value #MOST_WAITING} may wait; whoever is behind by so many hears
 * of no more until it has caught up.
 *
 * <p>Confined to the session's loop.
 */
final class ClientFilter {

  /** So many relayed transactions may wait to be matched. */
  static final int MOST_WAITING = 1_000;

  /** A relayed transaction that may be of interest. */
  interface Candidate {

    /** The transaction; null if it is not known any more. */
    @Nullable Message transaction();

    /** It is of interest. */
    void matches();
  }

  private static final Deque<Candidate> NONE = new ArrayDeque<>(0); // stays empty

  private final ClientContext context;
  private final FilterScheduler.Turn turn;
  private final LongAdder blocks;
  private final LongAdder delayed;
  private final LongAdder dropped;
  private @Nullable BloomFilter filter;
  private boolean relay;
  private boolean resting;
  private @Nullable FilterTask delivery; // of a block, while it is under way
  private Deque<Candidate> waiting = NONE;
  private @Nullable TransactionMatching first; // of those that wait, while it is under way

  /**
   * No filter yet.
   *
   * @param context who rests
   * @param turns in which work is done
   * @param relay whether it wants to hear of transactions without one
   */
  ClientFilter(ClientContext context, FilterScheduler turns, boolean relay) {
    this.context = context;
    this.relay = relay;
    turn = turns.turn(context.loop(), context.budget(), this::goOn);
    blocks = context.engine().counters().counter(Counter.CLIENT_BLOOM_BLOCKS);
    delayed = context.engine().counters().counter(Counter.CLIENT_BLOOM_DELAYED);
    dropped = context.engine().counters().counter(Counter.CLIENT_BLOOM_DROPPED);
  }

  void load(FilterLoad load) {
    filter = BloomFilter.of(load);
    relay = true;
  }

  /** Puts an element in; without effect if no filter is loaded. */
  void add(byte[] element) {
    BloomFilter loaded = filter;
    if (loaded != null) {
      long before = loaded.work();
      loaded.insert(element);
      turn.spend(loaded.work() - before);
    }
  }

  void clear() {
    filter = null;
    relay = true;
  }

  /** Whether the client is to be told of any transaction at all. */
  boolean relay() {
    return relay;
  }

  /** Has a transaction looked at, now or in its turn. */
  void match(Candidate candidate) {
    if (filter == null) {
      candidate.matches();
    } else if (waiting.size() >= MOST_WAITING) {
      dropped.increment();
    } else {
      if (waiting == NONE) {
        waiting = new ArrayDeque<>();
      }
      waiting.add(candidate);
      if (waiting.size() == 1) {
        matchWaiting();
      }
    }
  }

  private void matchWaiting() {
    for (long most = take(); most > 0; most = take()) {
      long began = now();
      long done = 0;
      while (!waiting.isEmpty() && done < most) {
        done += matchFirst(most - done);
      }
      turn.spend(Math.max(done, now() - began));
    }
  }

  /** How much may be done for those that wait; 0 if there are none, or it is not its turn. */
  private long take() {
    if (waiting.isEmpty()) {
      return 0;
    }
    long most = turn.take();
    if (most == 0) {
      await();
    }
    return most;
  }

  /** Goes on with the first of those that wait; returns what that took. */
  private long matchFirst(long most) {
    TransactionMatching matching = first;
    if (matching == null) {
      BloomFilter loaded = filter;
      Message transaction = loaded == null ? null : waiting.element().transaction();
      if (loaded == null || transaction == null) {
        Candidate candidate = waiting.remove();
        if (loaded == null) {
          candidate.matches();
        }
        return 0;
      }
      matching = TransactionMatching.of(transaction, loaded);
      first = matching;
    }
    long before = matching.work();
    if (matching.advance(most)) {
      first = null;
      Candidate candidate = waiting.remove();
      if (matching.matches()) {
        candidate.matches();
      }
    }
    return matching.work() - before;
  }

  /** Begins to look whether a transaction is of interest; its outputs may be put in. */
  @Nullable TransactionMatching begin(Message transaction) {
    BloomFilter loaded = filter;
    return loaded == null ? null : TransactionMatching.of(transaction, loaded);
  }

  /**
   * Sends the part of a block that the client wants to hear of, with nothing in between; nothing if
   * no filter is loaded, as Core does.
   *
   * @return false if the client rests now, and this is to be called again when it goes on
   */
  boolean deliver(Message block, Consumer<? super Message> client) {
    FilterTask job = delivery;
    if (job == null) {
      BloomFilter loaded = filter;
      if (loaded == null) {
        return true;
      }
      blocks.increment();
      job = new FilteredDelivery(BlockMatching.of(block, loaded), client);
    }
    boolean done = advance(job);
    delivery = done ? null : job;
    return done;
  }

  /**
   * Goes on with a job if it is the client's turn, and else lets it rest until it is.
   *
   * @return false if the client rests now, and this is to be called again when it goes on
   */
  boolean advance(FilterTask job) {
    for (long most = turn.take(); most > 0; most = turn.take()) {
      long began = now();
      long before = job.work();
      boolean done = job.advance(most);
      turn.spend(Math.max(job.work() - before, now() - began));
      if (done) {
        return true;
      }
    }
    resting = true;
    context.rest();
    await();
    return false;
  }

  private void await() {
    if (turn.await() > 0) {
      delayed.increment();
    }
  }

  /** It is this client's turn. */
  private void goOn() {
    matchWaiting();
    if (resting) {
      resting = false;
      context.resume();
    }
  }

  private long now() {
    return context.loop().nanoTime();
  }

  /** The client is gone. */
  void close() {
    turn.close();
    waiting = NONE;
    first = null;
    delivery = null;
  }
}
