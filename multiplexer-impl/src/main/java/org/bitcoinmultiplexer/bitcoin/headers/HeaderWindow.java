package org.bitcoinmultiplexer.bitcoin.headers;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

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
import org.bitcoinmultiplexer.bitcoin.chain.Retarget;
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
 * <p>Written in the engine's loop; {@link #header}, {@link #contains}, {@link #tip} and {@link
 * #height} are read by any thread.
 */
public final class HeaderWindow implements HeaderTree, HeaderView {

  /** So many headers are kept. */
  static final int CAPACITY = 2048;

  /**
   * So many headers before its best block are taken in when it begins anew: more than the
   * difficulty lasts, so that what it must be next is known, and less than there is room for.
   */
  private static final int FOLLOWED = Retarget.INTERVAL + 16;

  private record Entry(BlockHeader header, int height, BigInteger work) {

    Hash previous() {
      return header.previous();
    }
  }

  private final Network network;
  private final ConcurrentHashMap<Hash, Entry> byHash = new ConcurrentHashMap<>();
  private final Deque<Hash> order = new ArrayDeque<>();
  private volatile @Nullable Entry tip;

  /**
   * A window at the genesis block, without a best block.
   *
   * @param network whose headers these are
   */
  public HeaderWindow(Network network) {
    this.network = network;
    BlockHeader genesis = GenesisHeaders.of(network);
    put(new Entry(genesis, 0, ProofOfWork.work(genesis.bits(), network)));
  }

  @Override
  public HeaderView view() {
    return this;
  }

  /** A header of the window, of any branch; null if it is not there. Any thread. */
  @Override
  public @Nullable BlockHeader header(Hash block) {
    Entry entry = byHash.get(block);
    return entry == null ? null : entry.header;
  }

  /**
   * Whether a header is in the window. Any thread.
   *
   * @param block a block hash
   * @return true if it is
   */
  public boolean contains(Hash block) {
    return byHash.containsKey(block);
  }

  /**
   * The best block. Any thread.
   *
   * @return null if nothing is known
   */
  public @Nullable BlockHeader tip() {
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
    Entry at = ancestor(tip, height);
    return at == null ? network.genesis() : at.header.hash();
  }

  @Override
  public int depth(Hash block) {
    Entry best = tip;
    int height = height(block);
    Entry at = height < 0 ? null : ancestor(best, height);
    return best != null && at != null && at.header.hash().equals(block) ? best.height - height : -1;
  }

  @Override
  public boolean reaches(int depth) {
    Entry best = tip;
    return best != null && best.height >= depth && ancestor(best, best.height - depth) != null;
  }

  /** The last block of a branch that is no higher than this; null if it is not known. */
  private @Nullable Entry ancestor(@Nullable Entry from, int height) {
    @Nullable Entry at = from;
    while (at != null && at.height > height) {
      at = parent(at);
    }
    return at;
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
   * @param header any; copied
   * @return whether it did, or was there
   */
  public Result add(BlockHeader header) {
    if (contains(header.hash())) {
      return Result.CONNECTED;
    }
    if (!contains(header.previous())) {
      return Result.UNCONNECTED;
    }
    BlockHeader parent = Objects.requireNonNull(header(header.previous()));
    if (HeaderRules.flaw(network, header, parent, height(parent.hash()), this::header) != null) {
      return Result.UNTRUE;
    }
    append(copy(header));
    return Result.CONNECTED;
  }

  /**
   * Headers as they are to be: each the parent of the next, and right in its place.
   *
   * @return from the first index on; empty if anything is wrong with any of them
   */
  private List<BlockHeader> consecutive(Headers headers, int first) {
    List<BlockHeader> read = new ArrayList<>(headers.size() - first);
    Entry parent = Objects.requireNonNull(byHash.get(headers.previous(first)));
    FoundAncestry past = new FoundAncestry(parent.header, parent.height, this::header);
    HeaderRules rules = new HeaderRules(network, past);
    Hash previous = headers.previous(first);
    int number = 0;
    for (int i = first; i < headers.size(); i++) {
      BlockHeader header = copy(BlockHeader.at(headers.array(), headers.offset(i)));
      if (!header.previous().equals(previous) || rules.flaw(header, number) != null) {
        return List.of();
      }
      read.add(header);
      previous = header.hash();
      number = past.add(header, number);
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
  public boolean hasLessWork(Hash block, Function<Hash, @Nullable BlockHeader> known) {
    Entry best = tip;
    BigInteger above = BigInteger.ZERO;
    Hash at = block;
    for (int i = 0; best != null && i <= MAX_HEADERS_RESULTS; i++) {
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
  public List<BlockHeader> follow(
      Hash block, int height, Function<Hash, @Nullable BlockHeader> headers) {
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
  public List<BlockHeader> advance(Hash block) {
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

  /**
   * The way back from the best block.
   *
   * @return hashes for a getheaders; only the genesis block if there is none
   */
  public List<Hash> locator() {
    return locator(at(Integer.MAX_VALUE));
  }

  @Override
  public List<Hash> locator(Hash block) {
    Cursor cursor = new Cursor(byHash.get(block));
    return LocatorEntries.of(height(block), cursor::back, network.genesis());
  }

  /** Goes back from a block, from one height to lower ones. */
  private final class Cursor {
    private @Nullable Entry at;

    Cursor(@Nullable Entry from) {
      at = from;
    }

    @Nullable Hash back(int height) {
      at = ancestor(at, height);
      return at == null ? null : at.header.hash();
    }
  }
}
