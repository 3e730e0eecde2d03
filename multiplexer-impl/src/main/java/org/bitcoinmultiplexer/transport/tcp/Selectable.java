package org.bitcoinmultiplexer.transport.tcp;

/** What is attached to a selection key: hears in the loop that its channel is ready. */
interface Selectable {

  /** The channel is ready for something its key is interested in. */
  void onReady();

  /** The loop is being closed; frees the channel. */
  void onLoopClosed();
}
