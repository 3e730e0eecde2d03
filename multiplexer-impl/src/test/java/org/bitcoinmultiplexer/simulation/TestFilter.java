package org.bitcoinmultiplexer.simulation;

import java.util.HashSet;
import java.util.Set;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * A bloom filter of which can be told without any hashing what it lets pass: everything, nothing,
 * or the few transactions that were named.
 */
final class TestFilter {

  /** So wide that the few names in it are never taken for others. */
  private static final int BYTES = 4_000;

  private static final int HASH_FUNCTIONS = 10;

  /** Lets everything pass. */
  static final TestFilter OPEN = new TestFilter(null);

  /** Lets nothing pass. */
  static final TestFilter CLOSED = new TestFilter(Set.of());

  private final Set<Hash> txids; // null for all

  private TestFilter(Set<Hash> txids) {
    this.txids = txids;
  }

  boolean passes(BlockFactory.Tx tx) {
    return txids == null || txids.contains(tx.txid);
  }

  /** One that lets one more pass. */
  TestFilter with(Hash txid) {
    if (txids == null) {
      return this;
    }
    Set<Hash> more = new HashSet<>(txids);
    more.add(txid);
    return new TestFilter(more);
  }

  /** How this one, {@link #OPEN} or {@link #CLOSED}, is loaded; the flags are of no matter. */
  Message load(Draw draw) {
    byte[] bits = new byte[txids == null ? 0 : BYTES];
    return Message.of(
        Commands.FILTERLOAD,
        new Bytes()
            .sized(bits)
            .i32(HASH_FUNCTIONS)
            .i32((int) draw.nextLong())
            .u8(draw.below(3))
            .toArray());
  }

  /** How one more is let pass. */
  static Message add(Hash txid) {
    return Message.of(Commands.FILTERADD, new Bytes().size(Hash.SIZE).hash(txid).toArray());
  }

  @Override
  public String toString() {
    return txids == null ? "open" : "for " + txids;
  }
}
