package org.bitcoinmultiplexer.simulation;

import java.util.ArrayList;
import java.util.List;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * What becomes of the chain if behind the same address there is another node: one that lags behind
 * and catches up, or one of another chain, which may be shorter.
 */
final class Replacement {

  /** A node lags behind by so many blocks at most. */
  private static final int MOST_BEHIND = 30;

  /** Every chain goes so far beyond the {@linkplain #floor floor}. */
  private static final int LEAST_ABOVE = 12;

  private final Chain chain;
  private final Draw draw;
  private final int floor;

  /** What a node that lags behind does not have yet, the first block first. */
  private final List<BlockFactory.Block> behind = new ArrayList<>();

  /**
   * No node was replaced yet.
   *
   * @param floor up to this height all nodes have the same blocks
   */
  Replacement(Chain chain, Draw draw, int floor) {
    this.chain = chain;
    this.draw = draw;
    this.floor = floor;
  }

  /** A node takes over. */
  void next(long now) {
    behind.clear();
    if (draw.chance(0.5)) {
      lag(now);
    } else {
      fork(now);
    }
  }

  private void lag(long now) {
    int height = Math.max(floor + LEAST_ABOVE, chain.height() - draw.between(1, MOST_BEHIND));
    for (int at = height + 1; at <= chain.height(); at++) {
      behind.add(chain.at(at).block);
    }
    if (!behind.isEmpty()) {
      chain.replace(height, now);
    }
  }

  private void fork(long now) {
    int fork = draw.between(floor, chain.height() - 1);
    int height = draw.between(Math.max(fork + 1, floor + LEAST_ABOVE), chain.height() + 5);
    List<BlockFactory.Block> branch = new ArrayList<>();
    List<Boolean> withBody = new ArrayList<>();
    Hash previous = chain.hashAt(fork);
    for (int at = fork + 1; at <= height; at++) {
      BlockFactory.Block block = BlockFactory.block(previous, at, List.of(), draw);
      branch.add(block);
      withBody.add(true);
      previous = block.hash;
    }
    chain.replace(fork, now);
    chain.add(branch, now, withBody, true);
  }

  /** What a node that lags behind gets next; nothing if it does not any more. */
  List<BlockFactory.Block> catchUp() {
    List<BlockFactory.Block> next = behind.subList(0, Math.min(behind.size(), draw.between(1, 5)));
    List<BlockFactory.Block> got = List.copyOf(next);
    next.clear();
    return got;
  }
}
