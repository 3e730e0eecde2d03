package org.bitcoinmultiplexer.api;

/**
 * How requests are numbered on a connection whose peer repeats the number with each message of the
 * answer, and says where the answer ends: the surest way to find the exchange of a response.
 *
 * <p>A number is a message of its own and refers to the one behind it. It says what the peer claims
 * to answer, so it finds an exchange and proves nothing: {@link KeyStrategy#answers} and the full
 * check of content decide as ever.
 *
 * <p>Pure functions, safe on any thread and total: what cannot be read is {@link Kind#BROKEN}.
 */
public interface Numbering {

  /** What a message says of the one behind it. */
  enum Kind {
    /** It is no number. */
    NONE,
    /** The next message is a request. */
    REQUEST,
    /** The next message is part of the answer, and more may come. */
    PART,
    /** The next message is the rest of the answer. */
    LAST,
    /** The answer is over. If there was no part before, there is none. */
    END,
    /** What is missing of the answer could not be found out: it is unknown, not absent. */
    FAILED,
    /** A number that cannot be read. */
    BROKEN
  }

  /**
   * How many numbered requests the peer takes in flight.
   *
   * @return 1 or more
   */
  int window();

  /**
   * Makes the message that stands before a request and gives it a number.
   *
   * @param number not in use for another request on the connection
   * @return a message to be written directly before the request
   */
  Message request(long number);

  /**
   * What a message says of the one behind it.
   *
   * @param message from upstream, or to it
   * @return its kind; {@link Kind#NONE} for every message that is no number
   */
  Kind kind(Message message);

  /**
   * The number in a message.
   *
   * @param message of any kind but {@link Kind#NONE} and {@link Kind#BROKEN}
   * @return the number
   */
  long number(Message message);
}
