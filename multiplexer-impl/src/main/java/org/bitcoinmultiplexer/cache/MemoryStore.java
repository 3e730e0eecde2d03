package org.bitcoinmultiplexer.cache;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.bitcoinmultiplexer.api.AnswerStore;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.jspecify.annotations.Nullable;

/**
 * Keeps answers in memory, up to a number of bytes, and of too many keeps those that are asked for
 * again and again.
 *
 * <p>Three first-in-first-out queues (S3-FIFO). What comes in waits on <i>probation</i>, which has
 * a tenth of the bytes, and more as long as nobody else needs them. Whoever was asked for by the
 * time it reaches the end is <i>established</i>; whoever was not is forgotten but for its name,
 * which stays in mind for a while: if it comes back, it is established at once. The end of the
 * established queue goes round again as long as it is asked for.
 *
 * <pre>
 *               not asked for        name in mind
 *   PROBATION ─────────────► forgotten ─────────────► ESTABLISHED ◄─┐ asked for
 *       └────────────────asked for──────────────────►     └─────────┘
 * </pre>
 *
 * <p>Looking up locks nothing and moves nothing: it counts in the entry itself, and a lost count
 * does no harm. Putting and removing lock. Any thread.
 */
public final class MemoryStore implements AnswerStore {

  /** What an entry takes besides its bytes: objects, its places in the table and in a queue. */
  static final int OVERHEAD = 300;

  private static final int MOST_USES = 3;
  private static final int PROBATION_SHARE = 10;

  // Measured: with as many names as entries, blocks at the tip are lost to a walker that is a
  // hundred times as fast; more than this changes little.
  private static final long NAMES_PER_ENTRY = 16;

  /** A name takes about 150 bytes; there is at most one for so many bytes of capacity. */
  private static final long NAME_SHARE = 10_000;

  private static final class Entry {

    final Key name;
    final Message answer;
    final long bytes;
    int uses; // counted without care by any thread; 0 to MOST_USES
    boolean gone; // removed, but still in its queue

    Entry(Key name, Message answer, long bytes) {
      this.name = name;
      this.answer = answer;
      this.bytes = bytes;
    }

    void used() {
      if (uses < MOST_USES) {
        uses++;
      }
    }
  }

  /** A queue of entries, and how many bytes they have. */
  private static final class Line {

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long bytes;

    void add(Entry entry) {
      entries.add(entry);
      bytes += entry.bytes;
    }

    /** Takes the oldest; one that is gone weighs nothing any more. */
    @Nullable Entry poll() {
      for (Entry entry = entries.poll(); entry != null; entry = entries.poll()) {
        bytes -= entry.bytes;
        if (!entry.gone) {
          return entry;
        }
      }
      return null;
    }
  }

  private final long capacity;
  private final ToLongFunction<? super Message> footprint;
  private final ConcurrentHashMap<Key, Entry> byName = new ConcurrentHashMap<>();

  // Guarded by this:
  private final Line probation = new Line();
  private final Line established = new Line();
  private final Set<Key> inMind = new LinkedHashSet<>();
  private boolean closed;

  /**
   * An empty store.
   *
   * @param capacity in bytes, from 1
   * @param footprint how many bytes an answer may come to take, with what is derived from it
   */
  public MemoryStore(long capacity, ToLongFunction<? super Message> footprint) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity: " + capacity + " bytes are not 1 or more");
    }
    this.capacity = capacity;
    this.footprint = footprint;
  }

  /**
   * Looks an answer up. Any thread; never waits.
   *
   * @param name under which it was put
   * @return the very instance that was put, or null
   */
  public @Nullable Message find(Key name) {
    Entry entry = byName.get(name);
    if (entry == null) {
      return null;
    }
    entry.used();
    return entry.answer;
  }

  @Override
  public Optional<Message> get(Key name) {
    return Optional.ofNullable(find(name));
  }

  /** As in general; what is larger than half of the capacity is not kept. */
  @Override
  public void put(Key name, Message answer) {
    long bytes = footprint.applyAsLong(answer) + OVERHEAD;
    if (bytes > capacity / 2) {
      return;
    }
    synchronized (this) {
      if (closed || byName.containsKey(name)) {
        return;
      }
      Entry entry = new Entry(name, answer, bytes);
      (inMind.remove(name) ? established : probation).add(entry);
      byName.put(name, entry);
      makeRoom();
    }
  }

  private void makeRoom() {
    while (probation.bytes + established.bytes > capacity) {
      if (probation.bytes >= capacity / PROBATION_SHARE) {
        endProbation();
      } else {
        retire();
      }
    }
  }

  private void endProbation() {
    Entry oldest = probation.poll();
    if (oldest == null) {
      return;
    }
    if (oldest.uses > 0) {
      oldest.uses = 0;
      established.add(oldest);
    } else {
      byName.remove(oldest.name);
      bearInMind(oldest.name);
    }
  }

  private void retire() {
    Entry oldest = established.poll();
    if (oldest == null) {
      return;
    }
    if (oldest.uses > 0) {
      oldest.uses--;
      established.add(oldest);
    } else {
      byName.remove(oldest.name);
    }
  }

  /** Some times as many names as there are entries, and not so many that they count. */
  private void bearInMind(Key name) {
    inMind.add(name);
    long most =
        Math.max(NAMES_PER_ENTRY, Math.min(NAMES_PER_ENTRY * byName.size(), capacity / NAME_SHARE));
    Iterator<Key> oldest = inMind.iterator();
    while (inMind.size() > most && oldest.hasNext()) {
      oldest.next();
      oldest.remove();
    }
  }

  @Override
  public synchronized void remove(Key name) {
    Entry entry = byName.remove(name);
    if (entry != null) {
      entry.gone = true;
    }
  }

  /**
   * How many bytes are kept.
   *
   * @return at most the capacity
   */
  public synchronized long bytes() {
    return probation.bytes + established.bytes;
  }

  @Override
  public synchronized void close() {
    closed = true;
    byName.clear();
    inMind.clear();
    probation.entries.clear();
    established.entries.clear();
    probation.bytes = 0;
    established.bytes = 0;
  }
}
