package org.bitcoinmultiplexer.core;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A client's request as a list of items that are asked one by one and delivered in order.
 *
 * <p>Confined to the session's loop. Items are asked lazily: a batch of 50,000 costs what is in
 * flight, not what is listed. {@link #local} and {@link #request} are called once per item, in
 * order; {@link #deliverPart} until it has delivered an item, in order, when everything before it
 * has been delivered; {@link #end} after the last.
 */
public interface Batch {

  /**
   * How many items there are.
   *
   * @return 1 or more; always the same unless the batch {@linkplain #grows grows}
   */
  int size();

  /**
   * Whether there may be more items, which only shows when the last of those that there are is
   * delivered. Until then nothing is asked that is behind them. Whenever the last item has been
   * delivered there is either another, or this is false for ever.
   *
   * @return true while it is not known how many there will be
   */
  default boolean grows() {
    return false;
  }

  /**
   * Settles an item without asking upstream.
   *
   * @param item from 0
   * @return its outcome, or null if upstream must be asked
   */
  default @Nullable Outcome local(int item) {
    return null;
  }

  /**
   * What to ask upstream for an item that {@link #local} did not settle.
   *
   * @param item from 0
   * @return a canonical request
   */
  Message request(int item);

  /**
   * Renders an outcome for the client.
   *
   * @param item from 0
   * @param outcome how its exchange ended
   * @param client takes what is sent to the client, in order, with nothing in between
   */
  void deliver(int item, Outcome outcome, Consumer<? super Message> client);

  /**
   * Renders an outcome for the client, or a part of it if all would be too much work in one go.
   *
   * @param item from 0
   * @param outcome how its exchange ended
   * @param client takes what is sent to the client, in order; nothing comes in between the parts of
   *     an item
   * @return false if there is more: then the batch has let its client {@linkplain
   *     ClientContext#rest rest}, and is asked for the next part when that is over
   */
  default boolean deliverPart(int item, Outcome outcome, Consumer<? super Message> client) {
    deliver(item, outcome, client);
    return true;
  }

  /**
   * Whether the client can be told that an item failed. If it cannot, its session ends: it would
   * wait for ever for what nobody will ask again, and not try elsewhere.
   *
   * @param item from 0
   * @return true if {@link #deliver} takes {@link Outcome.Failed}
   */
  default boolean canFail(int item) {
    return false;
  }

  /**
   * All items have been delivered.
   *
   * @param client takes what is sent to the client
   */
  default void end(Consumer<? super Message> client) {}
}
