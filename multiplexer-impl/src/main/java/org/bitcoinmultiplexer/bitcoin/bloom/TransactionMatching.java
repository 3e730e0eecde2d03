package org.bitcoinmultiplexer.bitcoin.bloom;

import org.bitcoinmultiplexer.api.Message;

/**
 * A filter on its way over a transaction that is not in a block yet, which may stop anywhere and go
 * on later. Not safe for use by several threads.
 */
public final class TransactionMatching {

  private final Search search;
  private long work;

  private TransactionMatching(Message transaction, BloomFilter filter) {
    search = new Search(Elements.of(transaction), filter);
  }

  /**
   * Begins.
   *
   * @param transaction a tx
   * @param filter a client's; outputs that match may be put in on the way
   * @return of which nothing is done yet
   * @throws org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException if it is not a
   *     transaction
   */
  public static TransactionMatching of(Message transaction, BloomFilter filter) {
    return new TransactionMatching(transaction, filter);
  }

  /**
   * Goes on.
   *
   * @param most about how much to do, in steps of a hash function, each about a nanosecond
   * @return whether all has been looked at
   */
  public boolean advance(long most) {
    work += search.advance(most);
    return search.isDone();
  }

  /**
   * What it has taken so far.
   *
   * @return in steps of a hash function
   */
  public long work() {
    return work;
  }

  /**
   * Whether the transaction is one the client wants to hear of.
   *
   * @return true if it matches, once all has been looked at
   */
  public boolean matches() {
    return search.matches().get(0);
  }
}
