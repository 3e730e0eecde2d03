package org.bitcoinmultiplexer.bitcoin.bloom;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;

/**
 * What one client wants to hear of: a set of byte strings that answers "contained" for all that
 * were put in, and for some others (BIP37, Core's CBloomFilter).
 *
 * <p>Matching a transaction may put outputs of it in, as the client's flags say, so that whoever
 * spends them matches, too. An empty filter matches everything and takes nothing in.
 *
 * <p>Not safe for use by several threads: all that is matched for a client is matched in one order.
 */
public final class BloomFilter {

  private static final int SEED_STEP = 0xfba4c795;
  private static final int UPDATE_MASK = 3;
  private static final int UPDATE_ALL = 1;
  private static final int UPDATE_KEYS_ONLY = 2;

  /** What each hash takes beside four bytes a step, to be finished and looked up. */
  private static final int STEPS_PER_HASH = 6;

  /** What it takes to come to an element. */
  private static final int STEPS_PER_ELEMENT = 4;

  private final byte[] bits;
  private final int hashFunctions;
  private final int tweak;
  private final int update;
  private final byte[] outpoint = new byte[Hash.SIZE + 4];
  private long work;

  private BloomFilter(FilterLoad load) {
    bits = load.filter();
    hashFunctions = load.hashFunctions();
    tweak = load.tweak();
    update = load.flags() & UPDATE_MASK;
  }

  /**
   * The filter that a client loads.
   *
   * @param load within Core's limits, as parsing made sure
   * @return a new filter, independent of the message
   */
  public static BloomFilter of(FilterLoad load) {
    return new BloomFilter(load);
  }

  /**
   * Puts an element in, as {@code filteradd} asks for.
   *
   * @param element any bytes
   */
  public void insert(byte[] element) {
    insert(element, element.length);
  }

  private void insert(byte[] element, int size) {
    if (bits.length == 0) {
      return;
    }
    worked(hashFunctions, size);
    int seed = tweak;
    for (int i = 0; i < hashFunctions; i++, seed += SEED_STEP) {
      int hash = Murmur3.hash(seed, element, 0, size);
      bits[at(hash)] |= (byte) (1 << (hash & 7));
    }
  }

  /**
   * Whether an element may have been put in.
   *
   * @param array holds the element
   * @param offset index of its first byte
   * @param size its length in bytes
   * @return false if it certainly was not
   */
  public boolean contains(byte[] array, int offset, int size) {
    if (bits.length == 0) {
      return true;
    }
    int seed = tweak;
    for (int i = 0; i < hashFunctions; i += 2, seed += 2 * SEED_STEP) {
      int next = i + 1 < hashFunctions ? seed + SEED_STEP : seed;
      long hashes = Murmur3.pair(seed, next, array, offset, size);
      if ((bit((int) hashes) & bit((int) (hashes >>> 32))) == 0) { // both first, then one branch
        worked(i + 2, size);
        return false;
      }
    }
    worked(hashFunctions, size);
    return true;
  }

  private void worked(int hashes, int size) {
    work += STEPS_PER_ELEMENT + (long) hashes * (STEPS_PER_HASH + size / 4);
  }

  private int bit(int hash) {
    return bits[at(hash)] >>> (hash & 7) & 1;
  }

  /**
   * The byte that a hash falls into. The bit is {@code hash mod (8 * length)}; taking the lowest
   * three bits off first leaves a division of positive numbers, which is cheap.
   */
  private int at(int hash) {
    return (hash >>> 3) % bits.length;
  }

  /**
   * Whether a transaction that is not in a block yet is one the client wants to hear of; may put
   * outputs of it in.
   *
   * @param transaction a tx
   * @return true if it is to be announced
   * @throws MalformedMessageException if it is not a transaction
   */
  public boolean matches(Message transaction) {
    Search search = new Search(Elements.of(transaction), this);
    search.advance(Long.MAX_VALUE);
    return search.matches().get(0);
  }

  /**
   * What the filter has cost so far, by what is hashed: an element of one byte costs less than one
   * of a hundred, and one that all hash functions find more than one that the first does not.
   *
   * @return in steps of a hash function, each about a nanosecond
   */
  public long work() {
    return work;
  }

  /** Whether everything matches and nothing is ever put in. */
  boolean isEmpty() {
    return bits.length == 0;
  }

  /** Puts in an output that matched, if the client's flags want one of such a script remembered. */
  void remember(byte[] txids, int txid, int index, ScriptCursor script) {
    if (update == UPDATE_ALL || (update == UPDATE_KEYS_ONLY && script.isBareKeys())) {
      System.arraycopy(txids, txid, outpoint, 0, Hash.SIZE);
      for (int i = 0; i < 4; i++) {
        outpoint[Hash.SIZE + i] = (byte) (index >>> (8 * i));
      }
      insert(outpoint, outpoint.length);
    }
  }
}
