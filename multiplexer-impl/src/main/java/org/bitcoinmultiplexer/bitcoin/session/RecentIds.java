package org.bitcoinmultiplexer.bitcoin.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * The last few hundred transaction ids that passed between us and a client, in either direction.
 *
 * <p>Remembers at least the last {@value #GENERATION} ids added and at most twice as many, by 64 of
 * their bits: whoever grinds two transactions that agree in these has only kept one of his own from
 * being announced. A client that nothing was announced to costs nothing; a busy one 16 kB.
 *
 * <p>Two generations: when the young one is full it becomes the old one, whose ids are forgotten.
 * Confined to the session's loop.
 */
final class RecentIds {

  static final int GENERATION = 512;

  private static final int FEWEST_SLOTS = 32;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  // Open addressing, at most half full; 0 is an empty slot.
  private long @Nullable [] young;
  private long @Nullable [] old;
  private int size;

  /**
   * Remembers an id.
   *
   * @return true if it was not remembered already
   */
  boolean add(Hash id) {
    long bits = bits(id);
    if (contains(young, bits) || contains(old, bits)) {
      return false;
    }
    long[] table = roomy();
    table[slot(table, bits)] = bits;
    size++;
    return true;
  }

  private long[] roomy() {
    long[] table = young;
    if (table == null) {
      table = new long[FEWEST_SLOTS];
    } else if (size == GENERATION) {
      long[] forgotten = old;
      old = table;
      table = forgotten != null ? forgotten : new long[table.length];
      Arrays.fill(table, 0);
      size = 0;
    } else if (2 * size == table.length) {
      long[] larger = new long[2 * table.length];
      for (long bits : table) {
        if (bits != 0) {
          larger[slot(larger, bits)] = bits;
        }
      }
      table = larger;
    }
    young = table;
    return table;
  }

  private static boolean contains(long @Nullable [] table, long bits) {
    return table != null && table[slot(table, bits)] == bits;
  }

  /** Where the bits are, or the empty slot where they belong. */
  private static int slot(long[] table, long bits) {
    int mask = table.length - 1;
    int slot = (int) (bits >>> 32) & mask;
    while (table[slot] != 0 && table[slot] != bits) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static long bits(Hash id) {
    long bits = (long) LONG.get(id.toByteArray(), 0);
    return bits != 0 ? bits : 1;
  }
}
