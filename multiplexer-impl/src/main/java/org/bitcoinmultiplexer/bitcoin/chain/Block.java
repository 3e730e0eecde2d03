package org.bitcoinmultiplexer.bitcoin.chain;

import java.util.Objects;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.BlockTransactionsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;

/**
 * A view of a {@code block}: where its transactions lie. That it is valid is for {@link BlockCheck}
 * to say.
 *
 * <p>Layout: header, CompactSize n, n transactions. Hashes are computed anew at each call.
 * Immutable, safe for use by any number of threads.
 */
public final class Block {

  /** No transaction is shorter: version, no inputs, no outputs, lock time. */
  static final int MIN_TRANSACTION_SIZE = 10;

  /**
   * The size of a block without witnesses, in bytes; throws {@link MalformedMessageException} of
   * what is none. {@link BlockCheck} leaves it with every block that it finds valid.
   */
  public static final Function<Message, Integer> STRIPPED_SIZE =
      message -> parse(message).strippedSize();

  private static final Function<Message, Message> STRIP = Block::computeStripped;

  private final Message message;
  private final int[] starts; // of each transaction, and the end of the last
  private final int strippedSize;

  private Block(Message message, int[] starts, int strippedSize) {
    this.message = message;
    this.starts = starts;
    this.strippedSize = strippedSize;
  }

  /**
   * Walks over a block.
   *
   * @param message a block
   * @return a view of it
   * @throws MalformedMessageException if it is not a header and transactions
   */
  public static Block parse(Message message) {
    ByteReader in = new ByteReader(message);
    in.skip(BlockHeader.SIZE, "header");
    int[] starts = new int[in.count("transactions", MIN_TRANSACTION_SIZE) + 1];
    int strippedSize = in.position() - message.offset();
    TransactionCursor cursor = new TransactionCursor(in);
    for (int i = 0; i < starts.length - 1; i++) {
      cursor.next();
      starts[i] = cursor.start();
      strippedSize += cursor.strippedSize();
    }
    starts[starts.length - 1] = in.position();
    return new Block(in.canonical(), starts, strippedSize);
  }

  /**
   * A block without any witness, as a request of type BLOCK wants it; kept with the message.
   *
   * @param message a block
   * @return the canonical form of the same message if it has no witness
   * @throws MalformedMessageException if it is not a header and transactions
   */
  public static Message strip(Message message) {
    return message.derive(STRIP);
  }

  private static Message computeStripped(Message message) {
    Block block = parse(message);
    if (!block.hasWitness()) {
      return block.message;
    }
    byte[] stripped = new byte[block.strippedSize];
    ByteReader in = new ByteReader(message);
    in.skip(BlockHeader.SIZE, "header");
    in.compactSize("transactions");
    int at = in.position() - message.offset();
    System.arraycopy(message.array(), message.offset(), stripped, 0, at);
    TransactionCursor cursor = new TransactionCursor(in);
    for (int i = 0; i < block.size(); i++) {
      cursor.next();
      at = cursor.writeStripped(stripped, at);
    }
    return Message.of(message.command(), stripped);
  }

  /**
   * The header.
   *
   * @return a new view
   */
  public BlockHeader header() {
    return BlockHeader.of(message);
  }

  /**
   * How many transactions there are.
   *
   * @return 0 or more
   */
  public int size() {
    return starts.length - 1;
  }

  /**
   * A transaction, in the form it has here.
   *
   * @param index 0 to size - 1
   * @return a new tx over the same array
   */
  public Message transaction(int index) {
    Objects.checkIndex(index, size());
    return Message.of(
        Commands.TX, message.array(), starts[index], starts[index + 1] - starts[index]);
  }

  /**
   * The hash of a transaction without its witness.
   *
   * @param index 0 to size - 1
   * @return the txid
   */
  public Hash txid(int index) {
    return cursor(index).txid();
  }

  /**
   * The hash of a transaction with its witness.
   *
   * @param index 0 to size - 1
   * @return the wtxid; that of the first is by definition 0 wherever wtxids form a tree
   */
  public Hash wtxid(int index) {
    return cursor(index).wtxid();
  }

  private TransactionCursor cursor(int index) {
    TransactionCursor cursor = new TransactionCursor(new ByteReader(transaction(index)));
    cursor.next();
    return cursor;
  }

  /**
   * Whether any transaction has a witness.
   *
   * @return true if so
   */
  public boolean hasWitness() {
    return message.size() != strippedSize;
  }

  /**
   * The size without witnesses.
   *
   * @return in bytes
   */
  public int strippedSize() {
    return strippedSize;
  }

  /**
   * The answer to a request for some of the transactions (BIP152).
   *
   * @param request names this block
   * @return a new blocktxn
   * @throws MalformedMessageException if the block has no transaction of such an index, which is
   *     misbehaviour
   */
  public Message blocktxn(BlockTransactionsRequest request) {
    int size = Hash.SIZE + ByteWriter.sizeOfCompactSize(request.size());
    for (int i = 0; i < request.size(); i++) {
      int index = request.index(i);
      if (index >= size()) {
        throw MalformedMessageException.misbehaviour(
            "getblocktxn: index " + index + " of a block with " + size() + " transactions");
      }
      size += starts[index + 1] - starts[index];
    }
    ByteWriter out = new ByteWriter(size).hash(request.block()).compactSize(request.size());
    for (int i = 0; i < request.size(); i++) {
      int index = request.index(i);
      out.bytes(message.array(), starts[index], starts[index + 1] - starts[index]);
    }
    return out.toMessage(Commands.BLOCKTXN);
  }

  /**
   * The message in canonical form, without what may trail the last transaction.
   *
   * @return the one that was parsed, if it is
   */
  public Message toMessage() {
    return message;
  }
}
