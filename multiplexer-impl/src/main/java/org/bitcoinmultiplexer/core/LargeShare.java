package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Strategy;

/**
 * What of the window large answers may take: three quarters of its items, and half of its bytes,
 * which the last of them may exceed.
 *
 * <p>A node sends answers in the order of requests, so what is in flight when a small request is
 * written stands before its answer. The share bounds this; the rest of the items is kept so that
 * there is room to write it at once. Confined to the engine's loop.
 */
final class LargeShare {

  private final long mostBytes;
  private final int mostItems;
  private long bytes;
  private int items;

  LargeShare(Strategy.Window window) {
    this.mostBytes = Math.max(1, window.bytes() / 2);
    this.mostItems = Math.max(1, window.items() - (window.items() + 3) / 4);
  }

  /** Whether another large answer may be asked for. */
  boolean hasRoom() {
    return items == 0 || (items < mostItems && bytes < mostBytes);
  }

  /** A large answer is asked for. */
  void take(long weight) {
    items++;
    bytes += weight;
  }

  /** It has come, or will not. */
  void give(long weight) {
    items--;
    bytes -= weight;
  }

  /** Nothing is in flight any more. */
  void clear() {
    items = 0;
    bytes = 0;
  }
}
