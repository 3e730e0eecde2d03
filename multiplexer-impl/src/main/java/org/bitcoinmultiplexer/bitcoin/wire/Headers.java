package org.bitcoinmultiplexer.bitcoin.wire;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import java.util.Objects;
import org.bitcoinmultiplexer.api.Message;

/**
 * The block headers in a {@code headers} message, oldest first.
 *
 * <p>Layout: CompactSize n, n times (80 bytes of header, a transaction count that is always 0).
 * That they connect and are worth their work is for {@code bitcoin.chain} to say.
 */
public final class Headers {

  /** The length of one header in bytes. */
  public static final int HEADER_SIZE = 80;

  private static final int STRIDE = HEADER_SIZE + 1;
  private static final int PREVIOUS_AT = 4;

  private final Message message;
  private final byte[] array;
  private final int first;
  private final int size;

  private Headers(Message message, int first, int size) {
    this.message = message;
    this.array = message.array();
    this.first = first;
    this.size = size;
  }

  /**
   * Reads headers in place.
   *
   * @param message a headers message
   * @return a view of it
   * @throws MalformedMessageException if it is cut off, has more than {@link
   *     ProtocolLimits#MAX_HEADERS_RESULTS} headers, or one with transactions
   */
  public static Headers parse(Message message) {
    ByteReader in = new ByteReader(message);
    int size = in.count("headers", STRIDE, MAX_HEADERS_RESULTS);
    int first = in.skip(size * STRIDE, "headers");
    byte[] array = message.array();
    for (int i = 0; i < size; i++) {
      int transactions = array[first + i * STRIDE + HEADER_SIZE];
      if (transactions != 0) {
        throw in.malformed("header " + i + " claims " + (transactions & 0xff) + " transactions");
      }
    }
    return new Headers(in.canonical(), first, size);
  }

  /** Puts headers into a message one by one. */
  public static final class Builder {

    private final ByteWriter out;

    /**
     * A message to be filled.
     *
     * @param size exactly how many headers will be added, 0 to {@link
     *     ProtocolLimits#MAX_HEADERS_RESULTS}
     * @throws IllegalArgumentException if there are more
     */
    public Builder(int size) {
      if (size > MAX_HEADERS_RESULTS) {
        throw new IllegalArgumentException(
            size + " headers are above the limit of " + MAX_HEADERS_RESULTS);
      }
      out = new ByteWriter(ByteWriter.sizeOfCompactSize(size) + size * STRIDE).compactSize(size);
    }

    /**
     * Adds a header.
     *
     * @param array holds its 80 bytes
     * @param offset index of the first
     * @return this
     */
    public Builder add(byte[] array, int offset) {
      out.bytes(array, offset, HEADER_SIZE).u8(0);
      return this;
    }

    /**
     * The message.
     *
     * @return a new message
     * @throws IllegalStateException if fewer were added than announced
     */
    public Message toMessage() {
      return out.toMessage(Commands.HEADERS);
    }
  }

  /**
   * How many headers there are.
   *
   * @return 0 to {@link ProtocolLimits#MAX_HEADERS_RESULTS}
   */
  public int size() {
    return size;
  }

  /**
   * The array that holds the headers, never to be written to.
   *
   * @return the message's array
   */
  public byte[] array() {
    return array;
  }

  /**
   * Where a header lies in {@link #array()}.
   *
   * @param index 0 to size - 1
   * @return the index of its first byte
   */
  public int offset(int index) {
    return first + Objects.checkIndex(index, size) * STRIDE;
  }

  /**
   * The hash of a header, computed anew at each call.
   *
   * @param index 0 to size - 1
   * @return the block hash
   */
  public Hash hash(int index) {
    return Sha256d.hash(array, offset(index), HEADER_SIZE);
  }

  /**
   * The hash of the block that a header builds on.
   *
   * @param index 0 to size - 1
   * @return the parent's block hash
   */
  public Hash previous(int index) {
    return Hash.read(array, offset(index) + PREVIOUS_AT);
  }

  /**
   * The message in canonical form.
   *
   * @return the one that was parsed, if it is
   */
  public Message toMessage() {
    return message;
  }
}
