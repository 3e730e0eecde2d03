package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * The head of a {@code blocktxn}: whose transactions, and how many (BIP152). Which ones they are is
 * known only to whoever asked.
 *
 * @param block the block hash
 * @param size how many transactions follow
 * @param transactions where they start within the message's array
 */
public record BlockTransactions(Hash block, int size, int transactions) {

  /** No transaction is shorter: version, no inputs, no outputs, lock time. */
  private static final int MIN_TRANSACTION_SIZE = 10;

  /**
   * Reads the head; the transactions are not looked at.
   *
   * @param message a blocktxn
   * @return its head
   * @throws MalformedMessageException if it is cut off
   */
  public static BlockTransactions parse(Message message) {
    ByteReader in = new ByteReader(message);
    Hash block = in.hash("block hash");
    int size = in.count("transactions", MIN_TRANSACTION_SIZE);
    return new BlockTransactions(block, size, in.position());
  }
}
