package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;
import org.jspecify.annotations.Nullable;

/**
 * A known header's place in the tree of blocks, with the block's body once it has arrived.
 *
 * <p>All blocks of regtest carry equal work, so height stands for work. Guarded by the node's lock.
 */
final class BlockEntry {
  private static final int MEDIAN_SPAN = 11;

  private final BlockHeader header;
  private final @Nullable BlockEntry parent;
  private final int height;
  private final List<BlockEntry> children = new ArrayList<>();

  private @Nullable BlockBody body;
  private boolean complete;
  private boolean validated;
  private boolean failed;
  private @Nullable UtxoChange change;

  BlockEntry(BlockHeader header, @Nullable BlockEntry parent) {
    this.header = header;
    this.parent = parent;
    this.height = parent == null ? 0 : parent.height + 1;
    if (parent != null) {
      parent.children.add(this);
    }
  }

  BlockHeader header() {
    return header;
  }

  Sha256Hash hash() {
    return header.hash();
  }

  @Nullable BlockEntry parent() {
    return parent;
  }

  int height() {
    return height;
  }

  @Nullable BlockBody body() {
    return body;
  }

  /**
   * Stores the body and returns the entries, this one first, that have all bodies back to genesis
   * because of it.
   */
  List<BlockEntry> store(BlockBody newBody) {
    body = newBody;
    List<BlockEntry> completed = new ArrayList<>();
    if (parent == null || parent.complete) {
      complete = true;
      completed.add(this);
      for (int i = 0; i < completed.size(); i++) {
        for (BlockEntry child : completed.get(i).children) {
          if (child.body != null) {
            child.complete = true;
            completed.add(child);
          }
        }
      }
    }
    return completed;
  }

  /** Whether the block has been on the active chain, so that it is known to be valid in full. */
  boolean isValidated() {
    return validated;
  }

  boolean isFailed() {
    return failed;
  }

  /** Marks this block and all that build on it as invalid. */
  void fail() {
    List<BlockEntry> invalid = new ArrayList<>(List.of(this));
    for (int i = 0; i < invalid.size(); i++) {
      invalid.get(i).failed = true;
      invalid.addAll(invalid.get(i).children);
    }
  }

  /**
   * What connecting the block did to the unspent outputs; null while it is not on the active chain.
   */
  @Nullable UtxoChange change() {
    return change;
  }

  void connected(UtxoChange applied) {
    validated = true;
    change = applied;
  }

  void disconnected() {
    change = null;
  }

  /**
   * The time that a block on top of this one must exceed: the median of the last eleven, in seconds
   * since 1970.
   */
  long medianTimePast() {
    long[] times = new long[Math.min(MEDIAN_SPAN, height + 1)];
    BlockEntry entry = this;
    for (int i = 0; i < times.length && entry != null; i++) {
      times[i] = entry.header.time();
      entry = entry.parent;
    }
    Arrays.sort(times);
    return times[times.length / 2];
  }

  /** The block at that height on the branch that ends here; null above it. */
  @Nullable BlockEntry ancestor(int atHeight) {
    BlockEntry entry = this;
    while (entry != null && entry.height > atHeight) {
      entry = entry.parent;
    }
    return entry != null && entry.height == atHeight ? entry : null;
  }

  @Override
  public String toString() {
    return hash() + " at height " + height;
  }
}
