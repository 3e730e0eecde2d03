package org.bitcoinmultiplexer.bitcoin.headers;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * All headers, in the order in which they came: a header's number, from 0 on, is its place. Parents
 * come before children.
 *
 * <p>A header needs its own hash to be found by, and would hold its parent's hash as well. Its own
 * is kept in the place of the parent's, which is the parent's own, so that 80 bytes do. Beside them
 * are the parent's number, the height and the work of the chain up to here, and a slot in a hash
 * table: together about 120 bytes. Nothing is ever overwritten or removed.
 *
 * <p>One thread appends, to one instance. A {@linkplain #snapshot() snapshot} shares the arrays and
 * looks at nothing beyond its own size, so that any thread may read it, if it was handed over
 * safely. What the hash table holds for later headers is passed over; a table that grows is a new
 * one.
 */
final class HeaderStore implements Ancestry {

  private static final int BITS = 12;
  private static final int SEGMENT = 1 << BITS;
  private static final int MASK = SEGMENT - 1;
  private static final int FIRST_SLOTS = 1 << 10;

  private static final int HASH_AT = 4;
  private static final int REST_AT = HASH_AT + Hash.SIZE; // merkle root, time, bits, nonce
  private static final int REST_SIZE = BlockHeader.SIZE - REST_AT;
  private static final int TIME_AT = 68;
  private static final int BITS_AT = 72;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /** A stretch of headers; what they are in BlockHeader, but for the hash. */
  private static final class Segment {
    final byte[] headers = new byte[SEGMENT * BlockHeader.SIZE];
    final int[] parents = new int[SEGMENT];
    final int[] heights = new int[SEGMENT];
    // Sums of work, high and low half: no chain that anybody can compute has 2^128.
    final long[] work = new long[2 * SEGMENT];
  }

  private Segment[] segments;
  // The number plus one; 0 is free. The bits that no number of this table needs are bits of the
  // hash, so that a header that is not here is hardly ever compared to one that is elsewhere.
  private int[] slots;
  private int size;

  HeaderStore() {
    segments = new Segment[0];
    slots = new int[FIRST_SLOTS];
  }

  private HeaderStore(HeaderStore live) {
    segments = live.segments;
    slots = live.slots;
    size = live.size;
  }

  /** What is here now, to be read by any thread. */
  HeaderStore snapshot() {
    return new HeaderStore(this);
  }

  int size() {
    return size;
  }

  /**
   * Appends a header that is not here yet.
   *
   * @param header its 80 bytes
   * @param parent the number of the one it builds on, {@link #NONE} for the first
   * @param own the work of this header alone
   * @return its number
   */
  int append(BlockHeader header, int parent, BigInteger own) {
    int number = size;
    if (number >> BITS == segments.length) {
      segments = Arrays.copyOf(segments, segments.length + 1);
      segments[segments.length - 1] = new Segment();
    }
    Segment segment = segments[number >> BITS];
    int at = number & MASK;
    header.write(segment.headers, at * BlockHeader.SIZE);
    header.hash().write(segment.headers, at * BlockHeader.SIZE + HASH_AT);
    segment.parents[at] = parent;
    segment.heights[at] = parent == NONE ? 0 : height(parent) + 1;
    long low = own.longValue();
    long high = own.shiftRight(Long.SIZE).longValue();
    if (parent != NONE) {
      low += workLow(parent);
      high += workHigh(parent);
      high += Long.compareUnsigned(low, own.longValue()) < 0 ? 1 : 0; // carry
    }
    segment.work[2 * at] = high;
    segment.work[2 * at + 1] = low;
    size++;
    if (3L * size > 2L * slots.length) {
      rehash(2 * slots.length);
    } else {
      insert(slots, header.hash(), number);
    }
    return number;
  }

  /** Makes room for so many headers at once, rather than bit by bit. */
  void reserve(int count) {
    int length = slots.length;
    while (3L * count > 2L * length && length < 1 << 30) {
      length *= 2;
    }
    if (length > slots.length) {
      rehash(length);
    }
  }

  private void rehash(int length) {
    int[] larger = new int[length];
    for (int i = 0; i < size; i++) {
      insert(larger, hash(i), i);
    }
    slots = larger;
  }

  private static void insert(int[] slots, Hash hash, int number) {
    int mixed = mix(hash);
    int mask = slots.length - 1;
    int slot = mixed & mask;
    while (slots[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    slots[slot] = (mixed & ~mask) | (number + 1);
  }

  private static int mix(Hash hash) {
    int product = hash.hashCode() * 0x9e3779b9;
    return product ^ product >>> 16;
  }

  /** The number of a header, {@link #NONE} if it is not here. */
  int find(Hash hash) {
    int[] table = slots;
    int mixed = mix(hash);
    int mask = table.length - 1;
    for (int slot = mixed & mask; table[slot] != 0; slot = (slot + 1) & mask) {
      int number = (table[slot] & mask) - 1;
      if ((table[slot] & ~mask) == (mixed & ~mask) && number < size && isAt(number, hash)) {
        return number;
      }
    }
    return NONE;
  }

  boolean isAt(int number, Hash hash) {
    return hash.isAt(headers(number), offset(number) + HASH_AT);
  }

  private Segment segment(int number) {
    return segments[number >> BITS];
  }

  private byte[] headers(int number) {
    return segment(number).headers;
  }

  private static int offset(int number) {
    return (number & MASK) * BlockHeader.SIZE;
  }

  Hash hash(int number) {
    return Hash.read(headers(number), offset(number) + HASH_AT);
  }

  @Override
  public int parent(int number) {
    return segment(number).parents[number & MASK];
  }

  @Override
  public int height(int number) {
    return segment(number).heights[number & MASK];
  }

  @Override
  public long time(int number) {
    return Integer.toUnsignedLong((int) INT.get(headers(number), offset(number) + TIME_AT));
  }

  @Override
  public int bits(int number) {
    return (int) INT.get(headers(number), offset(number) + BITS_AT);
  }

  private long workHigh(int number) {
    return segment(number).work[2 * (number & MASK)];
  }

  private long workLow(int number) {
    return segment(number).work[2 * (number & MASK) + 1];
  }

  /** The work of a chain up to a header. */
  BigInteger work(int number) {
    BigInteger low = BigInteger.valueOf(workLow(number));
    if (low.signum() < 0) {
      low = low.add(BigInteger.ONE.shiftLeft(Long.SIZE));
    }
    return BigInteger.valueOf(workHigh(number)).shiftLeft(Long.SIZE).add(low);
  }

  /** Whether the chain up to one header has more work than that up to another. */
  boolean hasMoreWork(int number, int other) {
    int order = Long.compareUnsigned(workHigh(number), workHigh(other));
    return order > 0 || (order == 0 && Long.compareUnsigned(workLow(number), workLow(other)) > 0);
  }

  /** Writes the 80 bytes of a header. */
  void write(int number, ByteWriter out) {
    byte[] own = headers(number);
    int at = offset(number);
    int parent = parent(number);
    out.bytes(own, at, HASH_AT);
    if (parent == NONE) {
      out.hash(Hash.ZERO);
    } else {
      out.bytes(headers(parent), offset(parent) + HASH_AT, Hash.SIZE);
    }
    out.bytes(own, at + REST_AT, REST_SIZE);
  }
}
