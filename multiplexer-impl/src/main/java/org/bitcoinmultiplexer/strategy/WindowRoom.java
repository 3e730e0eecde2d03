package org.bitcoinmultiplexer.strategy;

import org.bitcoinmultiplexer.api.Strategy.Window;

/**
 * What is left of a window.
 *
 * <p>An exchange whose answer is larger than the whole window is admitted when it is alone: it
 * would never be otherwise. Confined to the router's loop.
 */
final class WindowRoom {

  private final Window window;
  private int items;
  private long bytes;

  WindowRoom(Window window) {
    this.window = window;
  }

  int items() {
    return items;
  }

  /** Whether an exchange with this much of an answer may be added now. */
  boolean has(long weight) {
    return items == 0 || (items < window.items() && weight <= window.bytes() - bytes);
  }

  void take(Slot slot) {
    items++;
    bytes += slot.weight;
  }

  void give(Slot slot) {
    items--;
    bytes -= slot.weight;
  }

  void clear() {
    items = 0;
    bytes = 0;
  }
}
