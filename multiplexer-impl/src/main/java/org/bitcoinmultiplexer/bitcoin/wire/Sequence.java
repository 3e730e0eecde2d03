package org.bitcoinmultiplexer.bitcoin.wire;

import org.bitcoinmultiplexer.api.Message;

/**
 * A {@code seq}: the number of the request to which its sender's next message belongs. Not part of
 * the protocol as Bitcoin Core speaks it; specified in {@code
 * org.bitcoinmultiplexer.bitcoin.sequence}.
 *
 * <p>Layout: id u64, kind u8; what follows is ignored.
 *
 * @param id any 64 bits
 * @param kind what the next message is, or why there is none
 */
public record Sequence(long id, Kind kind) {

  /** What a number says of the message behind it. */
  public enum Kind {
    /** The next message is a request, and this is its number. */
    REQUEST(0),
    /** The next message belongs to the answer; more may come. */
    PART(1),
    /** The next message is the rest of the answer. */
    LAST(2),
    /** No message belongs to this: the answer is over, or there is none. */
    END(3),
    /** No message belongs to this: what is missing of the answer, nobody could find out. */
    FAILED(4);

    private static final Kind[] ALL = values();

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    /**
     * The kind as it is on the wire.
     *
     * @return 0 to 4
     */
    public int code() {
      return code;
    }
  }

  private static final int SIZE = Long.BYTES + 1;

  /**
   * Reads a number.
   *
   * @param message a seq
   * @return the number
   * @throws MalformedMessageException if it is cut off, or its kind unknown
   */
  public static Sequence parse(Message message) {
    return new Sequence(id(message), kind(message));
  }

  /**
   * The id alone, without an object for it.
   *
   * @param message a seq
   * @return any 64 bits
   * @throws MalformedMessageException if it is cut off
   */
  public static long id(Message message) {
    return new ByteReader(message).i64("id");
  }

  /**
   * The kind alone, without an object for it.
   *
   * @param message a seq
   * @return its kind
   * @throws MalformedMessageException if it is cut off, or the kind unknown
   */
  public static Kind kind(Message message) {
    ByteReader in = new ByteReader(message);
    in.skip(Long.BYTES, "id");
    int kind = in.u8("kind");
    if (kind >= Kind.ALL.length) {
      throw MalformedMessageException.misbehaviour(
          message.command() + ": kind " + kind + " is above " + (Kind.ALL.length - 1));
    }
    return Kind.ALL[kind];
  }

  /**
   * The number as a message.
   *
   * @return a new seq
   */
  public Message toMessage() {
    return message(id, kind);
  }

  /**
   * A number as a message, without an object in between.
   *
   * @param id any 64 bits
   * @param kind what it says of the next message
   * @return a new seq
   */
  public static Message message(long id, Kind kind) {
    return new ByteWriter(SIZE).i64(id).u8(kind.code).toMessage(Commands.SEQ);
  }
}
