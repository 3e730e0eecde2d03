package org.bitcoinmultiplexer.bitcoin.node;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/** A transaction that is kept. What changes is confined to the engine's loop. */
public final class PoolEntry {

  /** What an entry takes besides the body: itself, two hashes, two table entries. */
  private static final int OVERHEAD = 400;

  /** What it takes in addition to know what an entry spends, each. */
  private static final long PER_INPUT = 80;

  /** And for what makes it ready for filters, beside half its size. */
  private static final long FILTERED = 150;

  private final Message full;
  private final Hash txid;
  private final Hash wtxid;

  /** Its place among those that wait to be mined; 0 if it does not. Read by any thread. */
  volatile long place;

  /** What it spends, as the outpoints of the {@link MempoolView}; null before anybody asked. */
  long @Nullable [] spends;

  private long given;
  private int givenOn;
  private long shown;
  private int shownOn;

  /**
   * A transaction of which nothing is known.
   *
   * @param transaction well-formed
   */
  public PoolEntry(Transaction transaction) {
    this.full = transaction.toMessage();
    this.txid = transaction.txid();
    this.wtxid = transaction.wtxid();
  }

  /**
   * The transaction.
   *
   * @return a {@code tx} message with witness
   */
  public Message full() {
    return full;
  }

  /**
   * Its id without witness.
   *
   * @return a hash
   */
  public Hash txid() {
    return txid;
  }

  /**
   * Its id with witness.
   *
   * @return the same as {@link #txid} if it has none
   */
  public Hash wtxid() {
    return wtxid;
  }

  boolean isUnconfirmed() {
    return place != 0;
  }

  /**
   * What it counts for in memory.
   *
   * @return in bytes
   */
  public long weight() {
    long weight = OVERHEAD + (long) full.size();
    return spends == null
        ? weight
        : weight + PER_INPUT * spends.length + FILTERED + full.size() / 2;
  }

  /**
   * It is given to the node.
   *
   * @param connection on which, from 1 on
   * @param now in the loop's time
   */
  public void given(int connection, long now) {
    givenOn = connection;
    given = now;
  }

  /**
   * Whether it was given to the node on a connection.
   *
   * @param connection which one
   * @return false if not on that one, or later on another
   */
  public boolean wasGiven(int connection) {
    return givenOn == connection;
  }

  /**
   * When it was given to the node last.
   *
   * @return in the loop's time; only if it {@link #wasGiven}
   */
  public long given() {
    return given;
  }

  /**
   * The node showed to have it.
   *
   * @param connection on which, from 1 on
   * @param now in the loop's time
   */
  public void shown(int connection, long now) {
    shownOn = connection;
    shown = now;
  }

  /**
   * Whether the node showed to have it on a connection.
   *
   * @param connection which one
   * @return false if not on that one, or later on another
   */
  public boolean wasShown(int connection) {
    return shownOn == connection;
  }

  /**
   * When the node last showed to have it.
   *
   * @return in the loop's time; only if it {@link #wasShown}
   */
  public long shown() {
    return shown;
  }
}
