package org.bitcoinmultiplexer.bitcoin.node;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.chain.Outpoints;
import org.jspecify.annotations.Nullable;

/**
 * Those of the pool's transactions that wait to be mined, as far as can be told from here: in the
 * order in which the node showed to have them, parents before children.
 *
 * <p>Each connection begins with none: what the last node had, and what this one has lost since, is
 * nothing that it has. They come back as it shows them.
 *
 * <p>A transaction leaves when a block has it; when a block, or a transaction that the node has
 * accepted later, spends what it spends; when one that it spends from leaves for that reason; and
 * when the pool forgets it. That the node has dropped one for its fee or age nobody says. The
 * transactions of a block that is disconnected come back only if the node announces them again.
 *
 * <p>While a block has not been looked through, all that came before it is {@linkplain #isSure not
 * sure}.
 *
 * <p>Written in the engine's loop; {@link #all}, {@link #size} and {@link #isSure} by any thread.
 */
public final class MempoolView {

  /** Of so many last blocks it is remembered what they spend, for transactions that come late. */
  private static final int BLOCKS = 3;

  private final ConcurrentSkipListMap<Long, PoolEntry> inOrder = new ConcurrentSkipListMap<>();
  private final Map<Long, PoolEntry> spenders = new HashMap<>();
  private final Deque<long[]> spentInBlocks = new ArrayDeque<>(); // each sorted
  private final Outpoints outpoints;
  private long last;
  private volatile int size;
  private volatile long doubtful; // places up to here may be mined

  /** A view of nothing, with a secret drawn for {@link Outpoints}. */
  MempoolView(RandomGenerator random) {
    outpoints = new Outpoints(random);
  }

  /** The node has this transaction. */
  void add(PoolEntry entry) {
    if (entry.isUnconfirmed() || isSpentInBlocks(entry)) {
      return;
    }
    for (long spent : spends(entry)) {
      PoolEntry replaced = spenders.get(spent);
      if (replaced != null) {
        removeWithDescendants(replaced);
      }
    }
    for (long spent : spends(entry)) {
      spenders.put(spent, entry);
    }
    last++;
    entry.place = last;
    inOrder.put(last, entry);
    count(1);
  }

  private long[] spends(PoolEntry entry) {
    long[] known = entry.spends;
    if (known == null) {
      known = outpoints.spentBy(entry.full());
      entry.spends = known;
    }
    return known;
  }

  private boolean isSpentInBlocks(PoolEntry entry) {
    for (long[] block : spentInBlocks) {
      for (long spent : spends(entry)) {
        if (Arrays.binarySearch(block, spent) >= 0) {
          return true;
        }
      }
    }
    return false;
  }

  /** The node has just shown that it has this transaction still. */
  void confirm(PoolEntry entry) {
    if (!isSure(entry)) {
      remove(entry);
      add(entry);
    }
  }

  /** Whether it waits, and is not in a block that has yet to be looked through. Any thread. */
  boolean isSure(PoolEntry entry) {
    return entry.place > doubtful;
  }

  /** A block came that may have any of them. */
  public void doubt() {
    doubtful = last;
  }

  /** All blocks have been looked through. */
  public void doubtNothing() {
    doubtful = 0;
  }

  /** It is not to be had any more, or mined. */
  void remove(PoolEntry entry) {
    if (!entry.isUnconfirmed()) {
      return;
    }
    inOrder.remove(entry.place);
    entry.place = 0;
    for (long spent : spends(entry)) {
      spenders.remove(spent, entry);
    }
    count(-1);
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // written by one thread
  private void count(int more) {
    size += more;
  }

  private void removeWithDescendants(PoolEntry entry) {
    Deque<PoolEntry> doomed = new ArrayDeque<>(List.of(entry));
    for (PoolEntry next = doomed.poll(); next != null; next = doomed.poll()) {
      remove(next);
      for (long output : outpoints.of(next.txid(), Outpoints.outputs(next.full()))) {
        PoolEntry child = spenders.get(output);
        if (child != null) {
          doomed.add(child);
        }
      }
    }
  }

  /**
   * A block of the best chain.
   *
   * @param message a {@code block}
   */
  public void mined(Message message) {
    Block block = Block.parse(message);
    long[] spent = new long[block.size()];
    int count = 0;
    for (int i = 1; i < block.size(); i++) { // the first spends nothing
      for (long outpoint : outpoints.spentBy(block.transaction(i))) {
        if (count == spent.length) {
          spent = Arrays.copyOf(spent, 2 * count);
        }
        spent[count++] = outpoint;
        leaves(spenders.get(outpoint), block, i);
      }
    }
    spent = Arrays.copyOf(spent, count);
    Arrays.sort(spent);
    spentInBlocks.add(spent);
    if (spentInBlocks.size() > BLOCKS) {
      spentInBlocks.remove();
    }
  }

  private void leaves(@Nullable PoolEntry entry, Block block, int transaction) {
    if (entry == null) {
      return;
    }
    if (entry.txid().equals(block.txid(transaction))) {
      remove(entry); // what spends from it waits on
    } else {
      removeWithDescendants(entry);
    }
  }

  /** The last blocks may not be in the best chain any more. */
  public void forgetBlocks() {
    spentInBlocks.clear();
  }

  /** Nothing is known to wait any more. */
  public void clear() {
    inOrder.values().forEach(entry -> entry.place = 0);
    inOrder.clear();
    spenders.clear();
    size = 0;
  }

  /**
   * How many there are. Any thread.
   *
   * @return 0 or more
   */
  public int size() {
    return size;
  }

  /** A snapshot. Any thread. */
  List<Message> all() {
    Collection<PoolEntry> entries = inOrder.values();
    List<Message> all = new ArrayList<>(size);
    entries.forEach(entry -> all.add(entry.full()));
    return all;
  }
}
