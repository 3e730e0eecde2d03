package org.bitcoinmultiplexer.simulation;

import org.bitcoinmultiplexer.api.Message;

/** A way to say something to the engine. */
interface Sender {

  /**
   * Says something.
   *
   * @param heard run right before the engine hears it, if it ever does
   */
  void say(Message message, Runnable heard);

  /** Says something. */
  default void say(Message message) {
    say(message, () -> {});
  }
}
