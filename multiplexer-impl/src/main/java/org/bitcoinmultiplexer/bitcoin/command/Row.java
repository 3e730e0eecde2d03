package org.bitcoinmultiplexer.bitcoin.command;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One line of the table of requests and responses, as the documentation shows it: in the first
 * table, and what is asked upstream also in the second.
 *
 * @param number as in the reference that the table follows; a request can have several lines
 * @param request the command, or commands, and for {@code getdata} the inventory types
 * @param responses the commands in which an answer or a refusal can come, or a dash
 * @param direction who asks whom
 * @param verdict how well an answer can be told by its content
 * @param key what is equal in request and response, or what is known instead
 * @param end when an answer is complete
 * @param treatment what the multiplexer does with the request of a client
 * @param asking how upstream is asked; null if it is not
 */
record Row(
    int number,
    String request,
    String responses,
    Direction direction,
    Verdict verdict,
    String key,
    String end,
    Treatment treatment,
    @Nullable Asking asking) {

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
    /** Upstream is asked, once for all who ask the same. There is a request type for it. */
    SHARED,
    /** Upstream is asked by the multiplexer itself, as its marker. There is one, too. */
    MARKER,
    /** The session answers, from what it asked upstream in other words, or not at all. */
    LOCAL,
    /** The session passes it on in the multiplexer's own name and remembers the owner. */
    OWNED,
    /** It concerns one connection and ends there. */
    CONNECTION
  }

  /**
   * How upstream is asked.
   *
   * @param limit what one request may ask for, or a dash
   * @param weight how many bytes the answer is reckoned at
   * @param check what an answer must be besides one to the request
   * @param name under which it is kept, or a dash
   */
  record Asking(String limit, String weight, String check, String name) {}

  /** A row of what is not asked upstream. */
  static Row of(
      int number,
      String request,
      String responses,
      Direction direction,
      Verdict verdict,
      String key,
      String end,
      Treatment treatment) {
    return new Row(number, request, responses, direction, verdict, key, end, treatment, null);
  }

  /** The same row of what is asked upstream. */
  Row asked(String limit, String weight, String check, String name) {
    return new Row(
        number,
        request,
        responses,
        direction,
        verdict,
        key,
        end,
        treatment,
        new Asking(limit, weight, check, name));
  }

  /** What Bitcoin Core calls a limit, and how much it is. */
  static String limit(String name, long value) {
    return name + " " + number(value);
  }

  static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** The row as the first table of the package's description shows it. */
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

  /** The row as the second table shows it. */
  String line(Asking how) {
    return "%2d | %-28s | %-27s | %-17s | %-38s | %s"
        .formatted(number, request, how.limit, how.weight, how.check, how.name);
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
