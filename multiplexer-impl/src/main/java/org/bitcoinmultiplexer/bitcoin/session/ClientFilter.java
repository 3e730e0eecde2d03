package org.bitcoinmultiplexer.bitcoin.session;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatcher;
import org.bitcoinmultiplexer.bitcoin.bloom.BloomFilter;
import org.bitcoinmultiplexer.bitcoin.bloom.FilteredBlock;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;
import org.bitcoinmultiplexer.budget.Rate;
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
 * So what each piece of work costs is counted, in computations of a hash (some 10 ns; what is sent
 * is converted), and the client {@linkplain ClientContext#rest rests}: after every {@link #SLICE}
 * until others had their turn, and when its host has used up its {@linkplain Rate#FILTER_WORK
 * budget}, for as long as it takes to have a tenth of a processor's time on average. It is delayed
 * and never thrown out: a wallet that downloads years of blocks does nothing wrong.
 *
 * <p>What is matched when transactions are relayed counts towards the budget but does not wait: it
 * is no more than the node relays.
 *
 * <p>Confined to the session's loop.
 */
final class ClientFilter {

  /** So much work at a time, in hashes: some 5 ms. One block may be more, which is not divided. */
  static final int SLICE = 500_000;

  /** So many bytes sent, or looked through for the first time, take as long as one hash. */
  private static final int BYTES_PER_HASH = 4;

  /** So many bytes more of an element that is put in take as long as another hash. */
  private static final int BYTES_OF_ELEMENT = 32;

  private final ClientContext context;
  private final LongAdder blocks;
  private final LongAdder delayed;
  private @Nullable BloomFilter filter;
  private boolean relay;
  private long slice;

  /**
   * No filter yet.
   *
   * @param context who rests
   * @param relay whether it wants to hear of transactions without one
   */
  ClientFilter(ClientContext context, boolean relay) {
    this.context = context;
    this.relay = relay;
    blocks = context.hub().counters().counter(Counter.CLIENT_BLOOM_BLOCKS);
    delayed = context.hub().counters().counter(Counter.CLIENT_BLOOM_DELAYED);
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
      spend((loaded.work() - before) * (1 + element.length / BYTES_OF_ELEMENT));
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

  /** Whether there is a filter that may let something pass or not. */
  boolean isLoaded() {
    return filter != null;
  }

  /**
   * Whether a transaction is one that the client wants to hear of; its outputs may be put in.
   *
   * @param tx with witness or without
   */
  boolean matches(Message tx) {
    BloomFilter loaded = filter;
    if (loaded == null) {
      return true;
    }
    long before = loaded.work();
    boolean matches = loaded.matches(tx);
    spend(loaded.work() - before);
    return matches;
  }

  /**
   * Sends the part of a block that the client wants to hear of, with nothing in between; nothing if
   * no filter is loaded, as Core does.
   */
  void deliver(Message block, Consumer<? super Message> client) {
    BloomFilter loaded = filter;
    if (loaded == null) {
      return;
    }
    blocks.increment();
    long before = loaded.work();
    FilteredBlock matched = BlockMatcher.of(block).match(loaded);
    long bytes = matched.merkleblock().size();
    client.accept(matched.merkleblock());
    for (int i = 0; i < matched.size(); i++) {
      Message tx = matched.transaction(i);
      bytes += tx.size();
      client.accept(tx);
    }
    spend(loaded.work() - before + bytes / BYTES_PER_HASH);
    slice += block.size() / BYTES_PER_HASH; // it may have been the first to look through it
    rest();
  }

  /** Charges the client's host for work, in hashes. */
  void spend(long work) {
    context.budget().spend(Rate.FILTER_WORK, work);
    slice += work;
  }

  /** To be called behind what was delivered: lets others have their turn, if it was much. */
  void rest() {
    long delay = context.budget().delay(Rate.FILTER_WORK);
    if (delay > 0) {
      delayed.increment();
      slice = 0;
      context.rest(Duration.ofNanos(delay));
    } else if (slice >= SLICE) {
      slice = 0;
      context.rest(Duration.ZERO);
    }
  }
}
