package org.bitcoinmultiplexer.bitcoin.chain;

import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;

/**
 * A {@code tx}: its two names and its two forms, with and without witness (BIP144).
 *
 * <p>Immutable, safe for use by any number of threads.
 */
public final class Transaction {

  private static final Function<Message, Transaction> PARSE = Transaction::new;
  private static final Function<Message, Message> STRIP = Transaction::computeStripped;

  private final Message message;
  private final Hash txid;
  private final Hash wtxid;
  private final int strippedSize;

  private Transaction(Message message) {
    ByteReader in = new ByteReader(message);
    TransactionCursor cursor = new TransactionCursor(in);
    cursor.next();
    this.message = in.canonical();
    this.txid = cursor.txid();
    this.wtxid = cursor.hasWitness() ? cursor.wtxid() : txid;
    this.strippedSize = cursor.strippedSize();
  }

  /**
   * Reads a transaction and hashes it; the outcome is kept with the message.
   *
   * @param message a tx
   * @return its names
   * @throws MalformedMessageException if it is not a transaction
   */
  public static Transaction parse(Message message) {
    return message.derive(PARSE);
  }

  /**
   * A transaction without witness, as a request of type TX wants it; kept with the message.
   *
   * @param message a tx
   * @return the canonical form of the same message if it has no witness
   * @throws MalformedMessageException if it is not a transaction
   */
  public static Message strip(Message message) {
    return message.derive(STRIP);
  }

  private static Message computeStripped(Message message) {
    ByteReader in = new ByteReader(message);
    TransactionCursor cursor = new TransactionCursor(in);
    cursor.next();
    if (!cursor.hasWitness()) {
      return in.canonical();
    }
    byte[] stripped = new byte[cursor.strippedSize()];
    cursor.writeStripped(stripped, 0);
    return Message.of(message.command(), stripped);
  }

  /**
   * The hash of the form without witness.
   *
   * @return the txid
   */
  public Hash txid() {
    return txid;
  }

  /**
   * The hash of the whole.
   *
   * @return the wtxid; the txid if there is no witness
   */
  public Hash wtxid() {
    return wtxid;
  }

  /**
   * Whether it has a witness.
   *
   * @return true if any input has
   */
  public boolean hasWitness() {
    return message.size() != strippedSize;
  }

  /**
   * The size without witness.
   *
   * @return in bytes
   */
  public int strippedSize() {
    return strippedSize;
  }

  /**
   * The message in canonical form, without what may trail the transaction.
   *
   * @return the one that was parsed, if it is
   */
  public Message toMessage() {
    return message;
  }
}
