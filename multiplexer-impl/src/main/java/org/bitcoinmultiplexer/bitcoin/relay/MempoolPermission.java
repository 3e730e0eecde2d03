package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.concurrent.CompletionStage;

/**
 * Finds out whether a node lets us read its mempool. Bitcoin Core without bloom filters takes
 * {@code mempool} only from those it grants a permission, and hangs up on everybody else; so this
 * is tried on a connection that is not needed for anything else.
 */
public interface MempoolPermission {

  /**
   * Tries it.
   *
   * @param target what was dialled, as its connector says
   * @return whether it is permitted; a failure, or false, if that cannot be found out
   */
  CompletionStage<Boolean> find(String target);
}
