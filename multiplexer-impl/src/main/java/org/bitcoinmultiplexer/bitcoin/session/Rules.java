package org.bitcoinmultiplexer.bitcoin.session;

/** The names of the rules for which a session is ended; see this package's description. */
final class Rules {

  /** Asks for a service that we said we do not have. */
  static final String NOT_OFFERED = "not-offered";

  /** Followed by a hyphen and the command: a count in it is above its limit. */
  static final String LIMIT = "limit";

  /** Adds to a filter and has loaded none. */
  static final String NO_FILTER = "no-filter";

  /** Headers without proof of work, or not in a row. */
  static final String BAD_HEADERS = "bad-headers";

  /** A block that is not what its header says. */
  static final String BAD_BLOCK = "bad-block";

  /** Asks for a transaction that the block has not. */
  static final String BAD_INDEX = "bad-index";

  /** Asks for compact filters of a type that nobody has. */
  static final String BAD_FILTER_TYPE = "bad-filter-type";

  /** Asks for compact filters up to a block that the node does not have. */
  static final String UNKNOWN_STOP = "unknown-stop";

  /** A request of a provider's row that the row refuses. */
  static final String BAD_REQUEST = "bad-request";

  /** Asks too much before a node is known, without waiting for our version. */
  static final String TOO_EARLY = "too-early";

  /** Too many messages that cannot be read. */
  static final String MALFORMED = "malformed";

  /** Numbers that are out of order, in use, unreadable or too many. */
  static final String BAD_SEQUENCE = "bad-sequence";

  private Rules() {}
}
