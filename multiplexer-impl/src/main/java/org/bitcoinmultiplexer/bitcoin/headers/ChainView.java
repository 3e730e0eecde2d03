package org.bitcoinmultiplexer.bitcoin.headers;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_GETBLOCKS_RESULTS;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.STALE_RELAY_AGE_LIMIT;

import java.math.BigInteger;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;
import org.jspecify.annotations.Nullable;

/**
 * The header chain at a moment. It answers as Bitcoin Core would with this as its active chain.
 *
 * <p>Immutable, safe for use by any number of threads, and never locks. Keeps in memory what the
 * chain keeps anyway, unless there was a reorganisation since.
 */
public final class ChainView implements HeaderView {

  private static final long SPACING = 600;

  private final HeaderStore store;
  private final ActiveChain active;
  private final BitSet excluded;
  private final HeaderBatches batches;

  ChainView(HeaderStore store, ActiveChain active, BitSet excluded, HeaderBatches batches) {
    this.store = store;
    this.active = active;
    this.excluded = excluded;
    this.batches = batches;
  }

  /**
   * How many headers are known, of all branches, the genesis block included.
   *
   * @return 1 or more
   */
  public int size() {
    return store.size();
  }

  @Override
  public int height() {
    return active.height();
  }

  /**
   * The hash of the tip.
   *
   * @return that of the last block of the best chain
   */
  public Hash tip() {
    return store.hash(active.tip());
  }

  /**
   * The work of the best chain.
   *
   * @return the expected number of hashes that made it
   */
  public BigInteger work() {
    return store.work(active.tip());
  }

  /**
   * The block of the best chain at a height.
   *
   * @param height 0 to {@link #height()}
   * @return its hash
   */
  public Hash hash(int height) {
    return store.hash(active.at(Objects.checkIndex(height, active.height() + 1)));
  }

  /**
   * Whether a header is known, of any branch.
   *
   * @param block a block hash
   * @return true if it is
   */
  public boolean contains(Hash block) {
    return store.find(block) != HeaderStore.NONE;
  }

  /**
   * Whether a block is on the best chain.
   *
   * @param block a block hash
   * @return false if it is not, or not known
   */
  public boolean isActive(Hash block) {
    int number = store.find(block);
    return number != HeaderStore.NONE && active.contains(store, number);
  }

  @Override
  public int height(Hash block) {
    int number = store.find(block);
    return number == HeaderStore.NONE ? -1 : store.height(number);
  }

  @Override
  public Hash at(int height) {
    return hash(Math.min(height, height()));
  }

  @Override
  public boolean reaches(int depth) {
    return depth <= height();
  }

  @Override
  public int depth(Hash block) {
    int number = store.find(block);
    return number != HeaderStore.NONE && active.contains(store, number)
        ? active.height() - store.height(number)
        : -1;
  }

  @Override
  public @Nullable BlockHeader header(Hash block) {
    int number = store.find(block);
    return number == HeaderStore.NONE ? null : header(number);
  }

  private BlockHeader header(int number) {
    ByteWriter out = new ByteWriter(BlockHeader.SIZE);
    store.write(number, out);
    return BlockHeader.at(out.toMessage(Commands.HEADERS).array(), 0);
  }

  /**
   * The header of a number: headers are numbered in the order in which they came, parents before
   * children, so that who wrote all of a view before may go on where that one ended.
   *
   * @param number 0 to {@link #size()} - 1
   * @return a copy
   */
  public BlockHeader numbered(int number) {
    return header(Objects.checkIndex(number, store.size()));
  }

  /**
   * The block at a height of the chain that ends with some block, of whatever branch.
   *
   * @param block a block hash
   * @param height 0 or more
   * @return nothing if the block is not known, or not so high
   */
  public Optional<Hash> ancestor(Hash block, int height) {
    int number = store.find(block);
    if (number == HeaderStore.NONE || height < 0 || height > store.height(number)) {
      return Optional.empty();
    }
    while (!active.contains(store, number)) {
      if (store.height(number) == height) {
        return Optional.of(store.hash(number));
      }
      number = store.parent(number);
    }
    return Optional.of(store.hash(active.at(height)));
  }

  /**
   * The height up to which this chain is the same as an earlier or later one of the same network.
   *
   * @param other another view of the same chain
   * @return that of the last block that both have on their best chain
   */
  public int fork(ChainView other) {
    int at = Math.min(height(), other.height());
    while (active.at(at) != other.active.at(at)) {
      at--;
    }
    return at;
  }

  /**
   * The height from which a peer that sends a locator has to catch up (Core's
   * FindForkInGlobalIndex): the first hash counts that is on the best chain, or beyond its tip,
   * where it went before headers were excluded. Others are passed over.
   *
   * @param locator from a getheaders or getblocks
   * @return 0 if nothing in it is on the best chain
   */
  public int fork(BlockLocator locator) {
    for (int i = 0; i < locator.size(); i++) {
      int number = store.find(locator.hash(i));
      if (number == HeaderStore.NONE) {
        continue;
      }
      int beyond = store.height(number) - active.height();
      if (active.contains(store, number)) {
        return store.height(number);
      }
      if (beyond > 0 && store.ancestor(number, beyond) == active.tip()) {
        return active.height();
      }
    }
    return 0;
  }

  /**
   * Answers a {@code getheaders}: what follows the fork, up to the stop hash and that one included;
   * to an empty locator, the header of the stop hash alone.
   *
   * <p>Fewer than {@link ProtocolLimits#MAX_HEADERS_RESULTS} headers say that this is the tip.
   *
   * @param locator the request
   * @return the same message for the same full batch, as long as it is kept; nothing if Core would
   *     be silent
   */
  public Optional<Message> headers(BlockLocator locator) {
    int stop = store.find(locator.stop());
    if (locator.size() == 0) {
      return stop != HeaderStore.NONE && isShown(stop)
          ? Optional.of(headers(1, i -> stop))
          : Optional.empty();
    }
    int first = fork(locator) + 1;
    int left = Math.min(MAX_HEADERS_RESULTS, active.height() + 1 - first);
    int count = upTo(stop, first, left, 1);
    Numbers numbers = i -> active.at(first + i);
    return Optional.of(
        count < MAX_HEADERS_RESULTS
            ? headers(count, numbers)
            : batches.get(
                first,
                numbers.number(0),
                numbers.number(count - 1),
                () -> headers(count, numbers)));
  }

  /** Which header is the i-th of a message. */
  private interface Numbers {
    int number(int i);
  }

  private Message headers(int count, Numbers numbers) {
    int size = ByteWriter.sizeOfCompactSize(count) + count * (BlockHeader.SIZE + 1);
    ByteWriter out = new ByteWriter(size).compactSize(count);
    for (int i = 0; i < count; i++) {
      store.write(numbers.number(i), out);
      out.u8(0); // the number of transactions
    }
    return out.toMessage(Commands.HEADERS);
  }

  /** How many blocks from the first on are left, given where to stop if that is among them. */
  private int upTo(int stop, int first, int count, int included) {
    if (stop == HeaderStore.NONE || !active.contains(store, stop)) {
      return count;
    }
    int distance = store.height(stop) - first;
    return distance < 0 ? count : Math.min(count, distance + included);
  }

  /**
   * Whether a block may be shown to who asks for it by name (Core's BlockRequestAllowed): on the
   * best chain, or left so recently, in time and in work, that nobody is told apart by it. That its
   * scripts were valid is not known here, only that it was not excluded.
   */
  private boolean isShown(int number) {
    if (excluded.get(number)) {
      return false;
    }
    if (active.contains(store, number)) {
      return true;
    }
    int tip = active.tip();
    BigInteger lead = store.work(tip).subtract(store.work(number));
    BigInteger own = store.work(tip).subtract(store.work(store.parent(tip)));
    BigInteger seconds = lead.multiply(BigInteger.valueOf(SPACING)).divide(own);
    return store.time(tip) - store.time(number) < STALE_RELAY_AGE_LIMIT
        && seconds.compareTo(BigInteger.valueOf(STALE_RELAY_AGE_LIMIT)) < 0;
  }

  /**
   * Whether a block may be shown to who asks for it by name: on the best chain, or left within the
   * last 30 days.
   *
   * @param block a block hash
   * @return false if Core would be silent, or the block is not known
   */
  public boolean isShown(Hash block) {
    int number = store.find(block);
    return number != HeaderStore.NONE && isShown(number);
  }

  /**
   * Answers a {@code getblocks}: what follows the fork, up to the stop hash and that one excluded.
   *
   * @param locator the request
   * @return nothing if there is nothing to announce
   */
  public Optional<BlockList> blocks(BlockLocator locator) {
    int first = fork(locator) + 1;
    int left = Math.min(MAX_GETBLOCKS_RESULTS, active.height() + 1 - first);
    int count = upTo(store.find(locator.stop()), first, left, 0);
    if (count == 0) {
      return Optional.empty();
    }
    int size = ByteWriter.sizeOfCompactSize(count) + count * InventoryVector.SIZE;
    ByteWriter out = new ByteWriter(size).compactSize(count);
    for (int i = 0; i < count; i++) {
      out.i32(InventoryVector.BLOCK).hash(hash(first + i));
    }
    return Optional.of(
        new BlockList(
            out.toMessage(Commands.INV),
            count == MAX_GETBLOCKS_RESULTS
                ? Optional.of(hash(first + count - 1))
                : Optional.empty()));
  }

  /**
   * The way back from the tip: ten steps of one, then ever larger ones, and the genesis block
   * (Core's LocatorEntries).
   *
   * @return hashes for a getheaders, the tip first, some 30 of them
   */
  public List<Hash> locator() {
    return locator(tip());
  }

  @Override
  public List<Hash> locator(Hash block) {
    return LocatorEntries.of(height(block), at -> ancestor(block, at).orElseThrow(), hash(0));
  }

  @Override
  public String toString() {
    return "chain of height " + height() + ", tip " + tip();
  }
}
