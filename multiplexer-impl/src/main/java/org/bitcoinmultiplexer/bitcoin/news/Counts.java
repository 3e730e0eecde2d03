package org.bitcoinmultiplexer.bitcoin.news;

/** The names of the counters; what each counts is listed in the package description. */
final class Counts {

  static final String BLOCKS = "news.blocks";
  static final String TRANSACTIONS = "news.transactions";
  static final String BLOCKS_UNPROVEN = "news.blocks.unproven";
  static final String BLOCKS_WITHHELD = "news.blocks.withheld";
  static final String HEADERS_UNTRUE = "news.headers.untrue";
  static final String HEADERS = "news.headers";
  static final String NODE_MALFORMED = "news.node.malformed";

  static final String TX_DROPPED = "news.tx.dropped";
  static final String TX_MISSING = "news.tx.missing";
  static final String POOL_EVICTED = "news.pool.evicted";

  static final String TX_SUBMITTED = "submit.tx";
  static final String TX_KNOWN = "submit.tx.known";
  static final String TX_REFUSED = "submit.tx.refused";
  static final String TX_UNWANTED = "submit.tx.unwanted";
  static final String TX_REPEATED = "submit.tx.repeated";
  static final String TX_ASKED = "submit.tx.asked";
  static final String TX_PROVEN = "submit.tx.proven";
  static final String TX_UNPROVEN = "submit.tx.unproven";
  static final String TX_DISPLACED = "submit.tx.displaced";

  static final String BLOCK_SUBMITTED = "submit.block";
  static final String BLOCK_TAKEN = "submit.block.taken";
  static final String BLOCK_NOT_TAKEN = "submit.block.not-taken";
  static final String BLOCK_DISABLED = "submit.block.disabled";
  static final String BLOCK_KNOWN = "submit.block.known";
  static final String BLOCK_ORPHAN = "submit.block.orphan";
  static final String BLOCK_INVALID = "submit.block.invalid";
  static final String BLOCK_DISCONNECTED = "submit.block.disconnected";

  static final String ANNOUNCEMENT_DROPPED = "ask.client.forgotten";
  static final String CLIENT_ASKED = "ask.client";
  static final String CLIENT_FAILED = "ask.client.failed";

  static final String NODE_ASKED_TX = "ask.us.tx";
  static final String NODE_ASKED_BLOCK = "ask.us.block";
  static final String NODE_ASKED_HEADERS = "ask.us.headers";
  static final String NODE_NOT_SERVED = "ask.us.not-served";

  private Counts() {}
}
