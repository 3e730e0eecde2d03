package org.bitcoinmultiplexer.bitcoin.session;

/** Work for a filter, which may stop anywhere and go on later. Confined to the session's loop. */
interface FilterTask {

  /**
   * Goes on.
   *
   * @param most about how much to do, in steps of a hash function, each about a nanosecond
   * @return whether all is done
   */
  boolean advance(long most);

  /** What it has taken so far, in the same steps. */
  long work();
}
