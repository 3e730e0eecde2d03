package org.bitcoinmultiplexer.bitcoin.relay;

import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.ProofOfWork;
import org.bitcoinmultiplexer.bitcoin.headers.GenesisHeaders;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * The last headers of the node's chain and of branches that left it within them, and which of them
 * is its best block.
 *
 * <p>A window, not a chain: it begins at the genesis block and forgets what came first when it is
 * full. Only what builds on a header in it gets in; so an old part of the chain, as a client that
 * catches up asks for, does not.
 *
 * <p>Written in the hub's loop; {@link #header}, {@link #contains}, {@link #tip} and {@link
 * #height} are read by any thread.
 */
final class RecentHeaders implements HeaderTree {

  static final int CAPACITY = 2048;

  /** So many headers before its best block are taken in when it begins anew. */
  private static final int FOLLOWED = 2000;

  private record Entry(BlockHeader header, int height, BigInteger work) {

    Hash previous() {
      return header.previous();
    }
  }

  private final Network network;
  private final ConcurrentHashMap<Hash, Entry> byHash = new ConcurrentHashMap<>();
  private final Deque<Hash> order = new ArrayDeque<>();
  private volatile @Nullable Entry tip;

  /** A window at the genesis block, without a best block. */
  RecentHeaders(Network network) {
    this.network = network;
    BlockHeader genesis = GenesisHeaders.of(network);
    put(new Entry(genesis, 0, ProofOfWork.work(genesis.bits(), network)));
  }

  /** A header of the window, of any branch; null if it is not there. Any thread. */
  @Override
  public @Nullable BlockHeader header(Hash block) {
    Entry entry = byHash.get(block);
    return entry == null ? null : entry.header;
  }

  /** Whether a header is in the window. Any thread. */
  boolean contains(Hash block) {
    return byHash.containsKey(block);
  }

  /** The best block, null if nothing is known. Any thread. */
  @Nullable BlockHeader tip() {
    Entry best = tip;
    return best == null ? null : best.header;
  }

  /** The height of the best block, 0 if nothing is known. Any thread. */
  @Override
  public int height() {
    Entry best = tip;
    return best == null ? 0 : best.height;
  }

  /** The height of a block of the window; -1 if it is not there. Any thread. */
  @Override
  public int height(Hash block) {
    Entry entry = byHash.get(block);
    return entry == null ? -1 : entry.height;
  }

  @Override
  public Hash at(int height) {
    @Nullable Entry at = tip;
    while (at != null && at.height > height) {
      at = parent(at);
    }
    return at == null ? network.genesis() : at.header.hash();
  }

  /** Whether a block is in the best chain, as far back as the window goes. */
  boolean isBest(Hash block) {
    Entry entry = byHash.get(block);
    return entry != null && tip != null && at(entry.height).equals(block);
  }

  /**
   * Adds what builds on the window, if all of it does and is true. The best block stays what it is
   * until {@link #advance} or {@link #follow}.
   *
   * @param headers in the order of a {@code headers} message
   */
  @Override
  public Result add(Headers headers) {
    int size = headers.size();
    if (size == 0 || contains(headers.hash(size - 1))) {
      return Result.CONNECTED;
    }
    int first = size - 1;
    while (first >= 0 && !contains(headers.previous(first))) {
      first--;
    }
    if (first < 0) {
      return Result.UNCONNECTED;
    }
    List<BlockHeader> fresh = consecutive(headers, first);
    fresh.forEach(this::append);
    return fresh.isEmpty() ? Result.UNTRUE : Result.CONNECTED;
  }

  /**
   * Adds one header if it builds on the window and is true.
   *
   * @return whether it did, or was there
   */
  Result add(BlockHeader header) {
    if (contains(header.hash())) {
      return Result.CONNECTED;
    }
    if (!contains(header.previous())) {
      return Result.UNCONNECTED;
    }
    if (!header.hasProofOfWork(network)) {
      return Result.UNTRUE;
    }
    append(copy(header));
    return Result.CONNECTED;
  }

  /**
   * Headers as they are to be: each the parent of the next, with proof of work.
   *
   * @return from the first index on; empty if anything is wrong with any of them
   */
  private List<BlockHeader> consecutive(Headers headers, int first) {
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
    if (parent == null) {
      throw new IllegalStateException(header.hash() + " builds on nothing");
    }
    BigInteger own = ProofOfWork.work(header.bits(), network);
    put(new Entry(header, parent.height + 1, parent.work.add(own)));
  }

  private void put(Entry entry) {
    if (byHash.put(entry.header.hash(), entry) != null) {
      return;
    }
    order.add(entry.header.hash());
    Entry best = tip;
    while (order.size() > CAPACITY) {
      Hash oldest = order.remove();
      if (best != null && oldest.equals(best.header.hash())) {
        order.add(oldest);
      } else {
        byHash.remove(oldest);
      }
    }
  }

  /**
   * Whether a block has less work than the best block: a node has no use for it yet.
   *
   * @param block of the window, or builds on it
   * @param known finds headers between it and the window
   * @return false if that cannot be told
   */
  boolean hasLessWork(Hash block, Function<Hash, @Nullable BlockHeader> known) {
    Entry best = tip;
    BigInteger above = BigInteger.ZERO;
    Hash at = block;
    for (int i = 0; best != null && i <= Headers.MAX_SIZE; i++) {
      Entry entry = byHash.get(at);
      if (entry != null) {
        return entry.work.add(above).compareTo(best.work) < 0;
      }
      BlockHeader header = known.apply(at);
      if (header == null) {
        return false;
      }
      above = above.add(ProofOfWork.work(header.bits(), network));
      at = header.previous();
    }
    return false;
  }

  /**
   * Makes a block the best, with what leads there; begins anew there if that does not meet the
   * window.
   *
   * @param block whose header is known elsewhere
   * @param height of it
   * @param headers knows it and those before, as far back as it goes
   * @return the headers that lead there and not to the former best block, oldest first; only the
   *     last if there is no way, or was no best block
   */
  List<BlockHeader> follow(Hash block, int height, Function<Hash, @Nullable BlockHeader> headers) {
    Deque<BlockHeader> way = new ArrayDeque<>();
    Hash at = block;
    while (!contains(at) && way.size() < FOLLOWED) {
      BlockHeader header = headers.apply(at);
      if (header == null) {
        break;
      }
      way.addFirst(header);
      at = header.previous();
    }
    boolean meets = contains(at);
    if (meets) {
      way.forEach(this::append);
    } else {
      restart(way, height);
    }
    Entry next = Objects.requireNonNull(byHash.get(block));
    Entry before = tip;
    if (!meets || before == null) {
      tip = next;
      return List.of(next.header);
    }
    return moveTo(next, before);
  }

  private void restart(Collection<BlockHeader> headers, int last) {
    byHash.clear();
    order.clear();
    tip = null;
    int at = last - headers.size();
    BigInteger work = BigInteger.ZERO;
    for (BlockHeader header : headers) {
      at++;
      work = work.add(ProofOfWork.work(header.bits(), network));
      put(new Entry(header, at, work));
    }
  }

  /**
   * Moves the best block to another of the window if that has more work.
   *
   * @param block the hash of a block
   * @return the headers that lead there and not to the former best block, oldest first; empty if
   *     nothing changed
   */
  List<BlockHeader> advance(Hash block) {
    Entry next = byHash.get(block);
    Entry best = tip;
    if (next == null || best == null || next.work.compareTo(best.work) <= 0) {
      return List.of();
    }
    return moveTo(next, best);
  }

  private List<BlockHeader> moveTo(Entry next, Entry best) {
    Hash fork = fork(best, next);
    List<BlockHeader> path = new ArrayList<>();
    for (Entry at = next; at != null && !at.header.hash().equals(fork); at = parent(at)) {
      path.add(at.header);
    }
    Collections.reverse(path);
    tip = next;
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

  /** The way back from the best block; only the genesis block if there is none. */
  List<Hash> locator() {
    return locator(at(Integer.MAX_VALUE));
  }

  /** Ten steps of one, then ever larger ones as far as the window goes, and the genesis block. */
  @Override
  public List<Hash> locator(Hash block) {
    List<Hash> locator = new ArrayList<>();
    int step = 1;
    int skip = 0;
    for (Entry at = byHash.get(block); at != null && at.height > 0; at = parent(at)) {
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
