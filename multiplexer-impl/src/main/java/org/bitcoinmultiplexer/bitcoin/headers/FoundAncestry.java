package org.bitcoinmultiplexer.bitcoin.headers;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * The way back from one header as far as others are found by their hashes, and what is put on top
 * of it: numbers are given as it is walked. Not safe for use by several threads.
 */
final class FoundAncestry implements Ancestry {

  private static final int NOT_LOOKED = -2;

  private static final class Step {
    final BlockHeader header;
    final int height;
    int parent;

    Step(BlockHeader header, int height, int parent) {
      this.header = header;
      this.height = height;
      this.parent = parent;
    }
  }

  private final Function<? super Hash, ? extends @Nullable BlockHeader> known;
  private final List<Step> steps = new ArrayList<>();

  /**
   * The way back from a header, which has the number 0.
   *
   * @param height of it; negative if it is not known
   * @param known finds headers before it, as far as they are known
   */
  FoundAncestry(
      BlockHeader from, int height, Function<? super Hash, ? extends @Nullable BlockHeader> known) {
    this.known = known;
    steps.add(new Step(from, height, NOT_LOOKED));
  }

  /** Puts a header on another; its number. */
  int add(BlockHeader header, int parent) {
    int height = height(parent);
    steps.add(new Step(header, height < 0 ? height : height + 1, parent));
    return steps.size() - 1;
  }

  @Override
  public int parent(int number) {
    Step step = steps.get(number);
    if (step.parent == NOT_LOOKED) {
      BlockHeader found = known.apply(step.header.previous());
      step.parent = found == null ? NONE : steps.size();
      if (found != null) {
        steps.add(new Step(found, Math.max(step.height - 1, -1), NOT_LOOKED));
      }
    }
    return step.parent;
  }

  @Override
  public int height(int number) {
    return steps.get(number).height;
  }

  @Override
  public long time(int number) {
    return steps.get(number).header.time();
  }

  @Override
  public int bits(int number) {
    return steps.get(number).header.bits();
  }
}
