package org.bitcoinmultiplexer.bitcoin.headers;

import java.math.BigInteger;
import java.util.BitSet;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.ProofOfWork;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * All headers of a network that were ever shown, from the genesis block on, of whatever branch; the
 * best chain is the one with the most work, the first seen among equals, unless it is {@linkplain
 * #follow told} which one is.
 *
 * <p>Takes a header in only if it builds on one that is in, has its proof of work, and the
 * difficulty and time that its place demands. AddedHeaders to by one thread at a time; {@link
 * #view} is for any thread. A reorganisation is a view like any other: from one to the next, at
 * once.
 */
public final class HeaderChain {

  private final Network network;
  private final HeaderStore store = new HeaderStore();
  private final HeaderRules rules;
  private final HeaderBatches batches;
  private BitSet excluded = new BitSet(); // by number, descendants included; views have it, too
  private ActiveChain active = ActiveChain.genesis();
  private int best; // the number of the header with the most work
  private volatile ChainView view;

  // Headers of one time have the same target, hence the same work.
  private int lastBits;
  private BigInteger lastWork = BigInteger.ZERO;

  /**
   * A chain of the genesis block only.
   *
   * @param network whose headers these are
   */
  public HeaderChain(Network network) {
    this.network = network;
    this.rules = new HeaderRules(network, store);
    this.batches = new HeaderBatches(network);
    BlockHeader genesis = GenesisHeaders.of(network);
    store.append(genesis, HeaderStore.NONE, work(genesis.bits()));
    view = new ChainView(store.snapshot(), active, excluded, batches);
  }

  /**
   * The chain as it is now.
   *
   * @return the same until headers are added
   */
  public ChainView view() {
    return view;
  }

  /**
   * Adds the headers of a message, up to the first that does not fit.
   *
   * @param headers in ascending order, as they travel; known ones are passed over
   * @return what became of them; the view is that after all of them
   */
  public AddedHeaders add(Headers headers) {
    return add(headers.array(), headers.size() == 0 ? 0 : headers.offset(0), headers.size(), 81);
  }

  /**
   * Adds headers that lie one after the other, as a file has them; otherwise as {@link
   * #add(Headers)}.
   *
   * @param array holds them; copied
   * @param offset where the first one starts
   * @param count how many there are
   * @return what became of them
   */
  public AddedHeaders add(byte[] array, int offset, int count) {
    return add(array, offset, count, BlockHeader.SIZE);
  }

  /** Makes room for so many headers, which is faster than to grow with them. */
  void reserve(int count) {
    store.reserve(count);
  }

  private AddedHeaders add(byte[] array, int offset, int count, int stride) {
    AddedHeaders added = append(array, offset, count, stride);
    if (added.fresh() > 0) {
      publish();
    }
    return added;
  }

  private void publish() {
    if (best != active.tip()) {
      active = active.advance(store, best);
    }
    view = new ChainView(store.snapshot(), active, excluded, batches);
  }

  /**
   * Makes a block the tip, however much work it has: a node knows which chain is its best, and
   * after a network was reset, or while it catches up, that has less work than one that was shown
   * before. What has more work than this one is the best chain from then on if it is added later.
   *
   * @param block a block hash
   * @return whether it is known
   */
  public boolean follow(Hash block) {
    int number = store.find(block);
    if (number == HeaderStore.NONE) {
      return false;
    }
    best = number;
    if (best != active.tip()) {
      publish();
    }
    return true;
  }

  /**
   * Takes a block and all that build on it out of consideration: its header is right, but the block
   * is not, or nobody has it. The best chain may get shorter; what comes later and builds on it is
   * invalid.
   *
   * @param block a block hash
   * @return whether anything changed: false if it is not known, excluded already, or the genesis
   *     block
   */
  public boolean exclude(Hash block) {
    int number = store.find(block);
    if (number <= 0 || excluded.get(number)) {
      return false;
    }
    BitSet more = (BitSet) excluded.clone();
    more.set(number);
    for (int i = number + 1; i < store.size(); i++) {
      if (more.get(store.parent(i))) {
        more.set(i);
      }
    }
    excluded = more;
    best = 0;
    for (int i = excluded.nextClearBit(0); i < store.size(); i = excluded.nextClearBit(i + 1)) {
      if (store.hasMoreWork(i, best)) {
        best = i;
      }
    }
    publish();
    return true;
  }

  private AddedHeaders append(byte[] array, int offset, int count, int stride) {
    int before = store.size();
    int previous = HeaderStore.NONE;
    for (int i = 0; i < count; i++) {
      BlockHeader header = BlockHeader.at(array, offset + i * stride);
      int known = store.find(header.hash());
      if (known != HeaderStore.NONE) {
        previous = known;
        continue;
      }
      int parent = parent(header, previous);
      if (parent == HeaderStore.NONE) {
        String reason = "header " + i + " builds on " + header.previous() + ", which is not known";
        return new AddedHeaders(AddedHeaders.Outcome.UNCONNECTED, store.size() - before, reason);
      }
      String flaw = flaw(header, parent);
      if (flaw != null) {
        String reason = "header " + i + " of hash " + header.hash() + ": " + flaw;
        return new AddedHeaders(AddedHeaders.Outcome.INVALID, store.size() - before, reason);
      }
      previous = store.append(header, parent, work(header.bits()));
      if (store.hasMoreWork(previous, best)) {
        best = previous;
      }
    }
    return new AddedHeaders(AddedHeaders.Outcome.CONNECTED, store.size() - before, "");
  }

  /** The number of the parent, which most often is the header before. */
  private int parent(BlockHeader header, int previous) {
    return previous != HeaderStore.NONE && store.isAt(previous, header.previous())
        ? previous
        : store.find(header.previous());
  }

  private @Nullable String flaw(BlockHeader header, int parent) {
    if (excluded.get(parent)) {
      return "builds on " + header.previous() + ", which is excluded";
    }
    return rules.flaw(header, parent);
  }

  private BigInteger work(int bits) {
    if (bits != lastBits) {
      lastWork = ProofOfWork.work(bits, network);
      lastBits = bits;
    }
    return lastWork;
  }
}
