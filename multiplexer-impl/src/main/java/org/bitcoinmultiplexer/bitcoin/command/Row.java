package org.bitcoinmultiplexer.bitcoin.command;

import java.util.Locale;

/**
 * One line of the table of requests and responses, as the documentation shows it.
 *
 * @param number as in the reference that the table follows; a request can have several lines
 * @param request the command, or commands, and for {@code getdata} the inventory types
 * @param responses the commands in which an answer or a refusal can come, or a dash
 * @param direction who asks whom
 * @param verdict how well an answer can be told by its content
 * @param key what is equal in request and response, or what is known instead
 * @param end when an answer is complete
 * @param treatment what the multiplexer does with the request of a client
 */
record Row(
    int number,
    String request,
    String responses,
    Direction direction,
    Verdict verdict,
    String key,
    String end,
    Treatment treatment) {

  /** Who may ask. */
  enum Direction {
    /** The client asks the node. */
    CLIENT,
    /** Either asks the other. */
    BOTH
  }

  /** How well an answer can be told by its content. */
  enum Verdict {
    /** Both sides hold the same unique name. */
    EXACT,
    /** It can only be told that an answer is possible. */
    MEMBER,
    /** There is nothing to compare. */
    NONE
  }

  /** What becomes of a client's request. */
  enum Treatment {
    /** Upstream is asked, once for all who ask the same. Such a request has a pair. */
    SHARED,
    /** Upstream is asked by the multiplexer itself, as its marker. Has a pair too. */
    MARKER,
    /** The session answers, from what it asked upstream in other words, or not at all. */
    LOCAL,
    /** The session passes it on in the multiplexer's own name and remembers the owner. */
    OWNED,
    /** It concerns one connection and ends there. */
    CONNECTION
  }

  /** The row as the package's description shows it. */
  String line() {
    return "%2d | %-28s | %-27s | %-6s | %-6s | %-23s | %-11s | %s"
        .formatted(
            number,
            request,
            responses,
            lower(direction),
            lower(verdict),
            key,
            end,
            lower(treatment));
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
