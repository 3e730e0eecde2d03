package org.bitcoinmultiplexer.bitcoin.news;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.ProofOfWork;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * The last headers of the node's chain and of branches that left it within them, and which of them
 * is its best block.
 *
 * <p>A window, not a chain: it begins where the first block was heard of and forgets what came
 * first when it is full. Only what builds on a header in it gets in; so an old part of the chain,
 * as a client that catches up asks for, does not.
 *
 * <p>Heights are exact if the window began at the genesis block; otherwise they count from an
 * estimate that {@link #raise} corrects.
 *
 * <p>Written in the hub's loop; {@link #header}, {@link #contains}, {@link #tip} and {@link
 * #height} are read by any thread.
 */
final class RecentHeaders {

  static final int CAPACITY = 2048;

  /** What became of headers. */
  enum Added {
    /** They build on what is known, or are known. */
    CONNECTED,
    /** They build on something that is not known. */
    UNCONNECTED,
    /** They are not consecutive, or without proof of work. */
    UNTRUE
  }

  private record Entry(BlockHeader header, int height, BigInteger work) {

    Hash previous() {
      return header.previous();
    }
  }

  private final Network network;
  private final ConcurrentHashMap<Hash, Entry> byHash = new ConcurrentHashMap<>();
  private final Deque<Hash> order = new ArrayDeque<>();
  private volatile @Nullable Entry tip;
  private volatile int height;

  /** How many headers of the window build on the genesis block: if none, that is long forgotten. */
  private volatile int roots;

  private volatile int correction;

  RecentHeaders(Network network) {
    this.network = network;
  }

  /** A header of the window, of any branch; null if it is not there. Any thread. */
  @Nullable BlockHeader header(Hash block) {
    Entry entry = byHash.get(block);
    return entry == null ? null : entry.header;
  }

  /** Whether a header is in the window, or the genesis block right before it. Any thread. */
  boolean contains(Hash block) {
    return byHash.containsKey(block) || (roots > 0 && block.equals(network.genesis()));
  }

  /** The best block, null if nothing is known. Any thread. */
  @Nullable BlockHeader tip() {
    Entry best = tip;
    return best == null ? null : best.header;
  }

  /** The height of the best block, 0 if nothing is known. Any thread. */
  int height() {
    return height;
  }

  /**
   * The height of a block of the window, as far as it is known; -1 if it is not there. Any thread.
   */
  int height(Hash block) {
    Entry entry = byHash.get(block);
    return entry == null ? -1 : entry.height + correction;
  }

  /** The best block has at least this height: lifts all estimates if it has less. */
  void raise(int least) {
    if (tip != null && least > height) {
      int corrected = correction + least - height;
      correction = corrected;
      height = least;
    }
  }

  /**
   * Adds what builds on the window, if all of it does and is true. The best block stays what it is
   * until {@link #advance}.
   *
   * @param headers in the order of a {@code headers} message
   */
  Added add(Headers headers) {
    int size = headers.size();
    if (size == 0 || contains(headers.hash(size - 1))) {
      return Added.CONNECTED;
    }
    int first = size - 1;
    while (first >= 0 && !contains(headers.previous(first))) {
      first--;
    }
    if (first < 0) {
      return Added.UNCONNECTED;
    }
    List<BlockHeader> fresh = consecutive(headers, first);
    fresh.forEach(this::append);
    return fresh.isEmpty() ? Added.UNTRUE : Added.CONNECTED;
  }

  /**
   * Adds one header if it builds on the window and is true.
   *
   * @return whether it did, or was there
   */
  Added add(BlockHeader header) {
    if (contains(header.hash())) {
      return Added.CONNECTED;
    }
    if (!contains(header.previous())) {
      return Added.UNCONNECTED;
    }
    if (!header.hasProofOfWork(network)) {
      return Added.UNTRUE;
    }
    append(copy(header));
    return Added.CONNECTED;
  }

  /**
   * Headers as they are to be: each the parent of the next, with proof of work.
   *
   * @return from the first index on; empty if anything is wrong with any of them
   */
  List<BlockHeader> consecutive(Headers headers, int first) {
    List<BlockHeader> read = new ArrayList<>(headers.size() - first);
    Hash previous = headers.previous(first);
    for (int i = first; i < headers.size(); i++) {
      BlockHeader header = copy(BlockHeader.at(headers.array(), headers.offset(i)));
      if (!header.previous().equals(previous) || !header.hasProofOfWork(network)) {
        return List.of();
      }
      read.add(header);
      previous = header.hash();
    }
    return read;
  }

  /** Headers are kept for long; what they came with is not to be kept with them. */
  private static BlockHeader copy(BlockHeader header) {
    byte[] bytes = new byte[BlockHeader.SIZE];
    header.write(bytes, 0);
    return BlockHeader.at(bytes, 0);
  }

  private void append(BlockHeader header) {
    Entry parent = byHash.get(header.previous());
    BigInteger own = ProofOfWork.work(header.bits(), network);
    put(
        parent == null // then it is the genesis block
            ? new Entry(header, 1, own)
            : new Entry(header, parent.height + 1, parent.work.add(own)));
  }

  private void put(Entry entry) {
    if (byHash.put(entry.header.hash(), entry) != null) {
      return;
    }
    order.add(entry.header.hash());
    count(entry, 1);
    Entry best = tip;
    while (order.size() > CAPACITY) {
      Hash oldest = order.remove();
      if (best != null && oldest.equals(best.header.hash())) {
        order.add(oldest);
      } else {
        Entry forgotten = byHash.remove(oldest);
        if (forgotten != null) {
          count(forgotten, -1);
        }
      }
    }
  }

  private void count(Entry entry, int change) {
    if (entry.previous().equals(network.genesis())) {
      int counted = roots + change;
      roots = counted;
    }
  }

  /**
   * Begins anew with headers of which the last is the node's best block.
   *
   * @param headers {@linkplain #consecutive consecutive}, at least one
   * @param estimate the height of the last, if it cannot be told
   */
  void restart(List<BlockHeader> headers, int estimate) {
    byHash.clear();
    order.clear();
    roots = 0;
    tip = null;
    int last = headers.get(0).previous().equals(network.genesis()) ? headers.size() : estimate;
    int at = last - headers.size();
    BigInteger work = BigInteger.ZERO;
    for (BlockHeader header : headers) {
      at++;
      work = work.add(ProofOfWork.work(header.bits(), network));
      put(new Entry(header, at, work));
    }
    correction = 0;
    height = last;
    tip = byHash.get(headers.get(headers.size() - 1).hash());
  }

  /**
   * Moves the best block to another of the window if that has more work, or if the node says so.
   *
   * @param block the hash of a block in the window
   * @param said whether the node said that this is its best block; then work does not matter,
   *     unless the best block is a descendant, which tells that the saying is old
   * @return the headers that lead there and not to the former best block, oldest first; empty if
   *     nothing changed
   */
  List<BlockHeader> advance(Hash block, boolean said) {
    Entry next = byHash.get(block);
    Entry best = tip;
    if (next == null || best == null || next.equals(best)) {
      return List.of();
    }
    Hash fork = fork(best, next);
    boolean heavier = next.work.compareTo(best.work) > 0;
    if (!heavier && (!said || fork.equals(block))) {
      return List.of();
    }
    List<BlockHeader> path = new ArrayList<>();
    for (Entry at = next; at != null && !at.header.hash().equals(fork); at = parent(at)) {
      path.add(at.header);
    }
    Collections.reverse(path);
    tip = next;
    height = next.height + correction;
    return path;
  }

  /** The last block that two have in common, or the parent of the first known of the second. */
  private Hash fork(Entry one, Entry other) {
    @Nullable Entry a = one;
    Entry b = other;
    while (true) {
      while (a != null && a.height > b.height) {
        a = parent(a);
      }
      if (a != null && a.header.hash().equals(b.header.hash())) {
        return b.header.hash();
      }
      Entry parent = parent(b);
      if (parent == null) {
        return b.previous();
      }
      b = parent;
    }
  }

  private @Nullable Entry parent(Entry entry) {
    return byHash.get(entry.previous());
  }

  /**
   * The way back from the best block: ten steps of one, then ever larger ones as far as the window
   * goes, and the genesis block.
   *
   * @return hashes for a {@code getheaders}; only the genesis block if nothing is known
   */
  List<Hash> locator() {
    List<Hash> locator = new ArrayList<>();
    int step = 1;
    int skip = 0;
    for (Entry at = tip; at != null; at = parent(at)) {
      if (skip == 0) {
        locator.add(at.header.hash());
        if (locator.size() > 10) {
          step *= 2;
        }
        skip = step;
      }
      skip--;
    }
    locator.add(network.genesis());
    return locator;
  }
}
