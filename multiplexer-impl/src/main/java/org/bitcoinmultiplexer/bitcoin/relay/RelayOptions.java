package org.bitcoinmultiplexer.bitcoin.relay;

/**
 * What the relay may do and keep. Immutable.
 *
 * @param serveBlocks whether to tell the node that clients can serve blocks; it then asks for
 *     headers and blocks that they announced
 * @param submitBlocks whether blocks of clients are given to the node. What a multiplexer cannot
 *     check (scripts, amounts) costs whoever hands it in the node's connection, so a client that
 *     spends a proof of work can interrupt it for everybody.
 * @param poolBytes how much of recent transactions to keep, in bytes of memory; at least 1
 * @param bloom whether clients may have bloom filters, for which it is followed what is mined of
 *     the transactions
 */
public record RelayOptions(
    boolean serveBlocks, boolean submitBlocks, long poolBytes, boolean bloom) {

  /** Neither serves nor submits blocks, keeps 16 MB of transactions, and knows no filters. */
  public static final RelayOptions DEFAULT = new RelayOptions(false, false, 16L << 20);

  /** Without bloom filters. */
  public RelayOptions(boolean serveBlocks, boolean submitBlocks, long poolBytes) {
    this(serveBlocks, submitBlocks, poolBytes, false);
  }

  /** Refuses a pool that holds nothing. */
  public RelayOptions {
    if (poolBytes < 1) {
      throw new IllegalArgumentException(
          "the pool of transactions has at least 1 byte, not " + poolBytes);
    }
  }
}
