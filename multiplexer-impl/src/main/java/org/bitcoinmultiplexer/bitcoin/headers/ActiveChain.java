package org.bitcoinmultiplexer.bitcoin.headers;

import java.util.Arrays;

/**
 * The numbers of the headers that make the chain with the most work, by height.
 *
 * <p>Immutable as far as it is read, up to its own height. A longer chain shares its arrays and
 * writes beyond that; one that leaves it copies the arrays from the fork on. One thread advances,
 * always the last one.
 */
final class ActiveChain {

  private static final int BITS = 12;
  private static final int CHUNK = 1 << BITS;
  private static final int MASK = CHUNK - 1;

  private final int[][] chunks;
  private final int height;

  private ActiveChain(int[][] chunks, int height) {
    this.chunks = chunks;
    this.height = height;
  }

  /** The chain of one header, that of number 0. */
  static ActiveChain genesis() {
    return new ActiveChain(new int[][] {new int[CHUNK]}, 0);
  }

  int height() {
    return height;
  }

  /** The number of the header at a height, from 0 to {@link #height()}. */
  int at(int height) {
    return chunks[height >> BITS][height & MASK];
  }

  int tip() {
    return at(height);
  }

  /** Whether a header is on this chain. */
  boolean contains(HeaderStore store, int number) {
    int at = store.height(number);
    return at <= height && at(at) == number;
  }

  /** The last header of another one's chain that is on this one, too. */
  int fork(HeaderStore store, int number) {
    int at = number;
    while (!contains(store, at)) {
      at = store.parent(at);
    }
    return at;
  }

  /** The chain that ends with another header. */
  ActiveChain advance(HeaderStore store, int tip) {
    int fork = store.height(fork(store, tip));
    int last = store.height(tip);
    int[][] next = chunks;
    if (last >> BITS >= chunks.length || fork < height) {
      next = Arrays.copyOf(chunks, (last >> BITS) + 1);
      int kept = fork < height ? fork >> BITS : chunks.length; // shared below this one
      for (int i = kept; i < next.length; i++) {
        next[i] = i < chunks.length && i == fork >> BITS ? chunks[i].clone() : new int[CHUNK];
      }
    }
    int at = tip;
    for (int i = last; i > fork; i--) {
      next[i >> BITS][i & MASK] = at;
      at = store.parent(at);
    }
    return new ActiveChain(next, last);
  }
}
