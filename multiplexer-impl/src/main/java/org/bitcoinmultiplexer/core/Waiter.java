package org.bitcoinmultiplexer.core;

import org.bitcoinmultiplexer.api.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who waits for the outcome of a request: a slot in a client's delivery queue, or the
 * protocol itself.
 *
 * <p>Its place in the list of those who wait for the same is kept here, so that a thousand clients
 * may join one exchange and leave it again at no cost. Confined to the engine's loop.
 */
abstract class Waiter {

  @Nullable SharedRequest lead;
  @Nullable Waiters list;
  @Nullable Waiter previous;
  @Nullable Waiter next;

  /**
   * The one outcome this waiter ever hears, in the engine's loop.
   *
   * @param outcome shared with everybody who asked for the same
   */
  abstract void settled(Outcome outcome);
}
