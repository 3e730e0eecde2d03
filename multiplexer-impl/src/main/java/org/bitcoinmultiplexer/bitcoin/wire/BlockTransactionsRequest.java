package org.bitcoinmultiplexer.bitcoin.wire;

import java.util.Objects;
import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code getblocktxn}: which transactions of a block are wanted (BIP152).
 *
 * <p>Layout: block hash, CompactSize n, n times a CompactSize with the distance to the index before
 * it, less one.
 */
public final class BlockTransactionsRequest {

  /** The largest index that Bitcoin Core reads. */
  private static final int MAX_INDEX = 0xffff;

  private final Hash block;
  private final int[] indexes;

  private BlockTransactionsRequest(Hash block, int[] indexes) {
    this.block = block;
    this.indexes = indexes;
  }

  /**
   * Reads a request.
   *
   * @param message a getblocktxn
   * @return what it asks for
   * @throws MalformedMessageException if it is cut off, names no index, or one above 65,535
   */
  public static BlockTransactionsRequest parse(Message message) {
    ByteReader in = new ByteReader(message);
    Hash block = in.hash("block hash");
    int size = in.count("indexes", 1);
    int[] indexes = new int[Math.min(size, MAX_INDEX + 1)];
    long next = 0;
    for (int i = 0; i < size; i++) {
      long difference = in.compactSize("index");
      if (difference < 0 || next + difference < 0 || next + difference > MAX_INDEX) {
        throw in.malformed("index " + i + " is above " + MAX_INDEX);
      }
      next += difference;
      indexes[i] = (int) next++;
    }
    if (size == 0) {
      throw MalformedMessageException.misbehaviour(message.command() + ": names no transaction");
    }
    return new BlockTransactionsRequest(block, indexes);
  }

  /**
   * A request for some transactions of a block.
   *
   * @param block the block hash
   * @param indexes of the transactions, ascending, at least one; copied
   * @return the request
   * @throws IllegalArgumentException if the indexes are not like that
   */
  public static BlockTransactionsRequest of(Hash block, int... indexes) {
    int previous = -1;
    for (int index : indexes) {
      if (index <= previous || index > MAX_INDEX) {
        throw new IllegalArgumentException("index " + index + " after " + previous);
      }
      previous = index;
    }
    if (previous < 0) {
      throw new IllegalArgumentException("a request must name a transaction");
    }
    return new BlockTransactionsRequest(block, indexes.clone());
  }

  /**
   * The block whose transactions are wanted.
   *
   * @return its hash
   */
  public Hash block() {
    return block;
  }

  /**
   * How many transactions are wanted.
   *
   * @return 1 or more
   */
  public int size() {
    return indexes.length;
  }

  /**
   * The position in the block of a transaction that is wanted.
   *
   * @param i 0 to size - 1
   * @return 0 to 65,535, ascending with i; the block may well have fewer
   */
  public int index(int i) {
    return indexes[Objects.checkIndex(i, indexes.length)];
  }

  /**
   * The request as a message.
   *
   * @return a new getblocktxn
   */
  public Message toMessage() {
    int size = Hash.SIZE + ByteWriter.sizeOfCompactSize(indexes.length);
    int next = 0;
    for (int index : indexes) {
      size += ByteWriter.sizeOfCompactSize(index - next);
      next = index + 1;
    }
    ByteWriter out = new ByteWriter(size).hash(block).compactSize(indexes.length);
    next = 0;
    for (int index : indexes) {
      out.compactSize(index - next);
      next = index + 1;
    }
    return out.toMessage(Commands.GETBLOCKTXN);
  }
}
