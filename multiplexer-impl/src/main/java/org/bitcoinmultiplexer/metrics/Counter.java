package org.bitcoinmultiplexer.metrics;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/**
 * Everything that is counted. Each counter exists from the start with 0 and only rises; {@link
 * org.bitcoinmultiplexer.api.Stats#counters} has their values under their {@linkplain #id ids}.
 * {@link #description} says what each counts; {@code .github/COUNTERS.md} in the repository is the
 * same as a table.
 */
public enum Counter {
  // ---- clients

  CLIENT_ACCEPTED("client.accepted", "clients that were let in"),
  CLIENT_REFUSED(
      "client.refused",
      "clients that were turned away, because there are clients.max already or the multiplexer is"
          + " closed"),
  CLIENT_READY("client.ready", "clients whose handshake was done"),
  CLIENT_REJECTED(
      "client.rejected",
      "frames of clients that cannot be used: a wrong checksum, an invalid command"),
  CLIENT_MALFORMED("client.malformed", "messages of clients that cannot be read, and were dropped"),
  CLIENT_INV_DROPPED(
      "client.inv.dropped",
      "announcements of clients above what is looked at, 100 each second and 5,000 at once"),
  CLIENT_TX_DROPPED("client.tx.dropped", "transactions of clients above the same budget"),
  CLIENT_TX_OVERSIZED(
      "client.tx.oversized", "transactions of clients that are too heavy for any node to relay"),
  CLIENT_BLOOM_BLOCKS("client.bloom.blocks", "blocks matched against a bloom filter of a client"),
  CLIENT_BLOOM_DELAYED(
      "client.bloom.delayed",
      "how often a client with a bloom filter had used up its budget of time and had to wait"),
  CLIENT_BLOOM_DROPPED(
      "client.bloom.dropped",
      "relayed transactions that were not matched, since 1,000 were waiting for a client's turn"),

  LISTENER_MISSED(
      "listener.missed", "events that the listener missed, because too many waited for it"),

  // ---- hosts over their budget

  BUDGET_DELAYED_MESSAGES(
      "budget.delayed.messages", "how often a host had to wait: messages received"),
  BUDGET_REFUSED_MESSAGES(
      "budget.refused.messages", "how often a host was refused: messages received"),
  BUDGET_DELAYED_BYTES_IN(
      "budget.delayed.bytes-in", "how often a host had to wait: bytes received"),
  BUDGET_REFUSED_BYTES_IN(
      "budget.refused.bytes-in", "how often a host was refused: bytes received"),
  BUDGET_DELAYED_ANNOUNCEMENTS(
      "budget.delayed.announcements",
      "how often a host had to wait: announcements and transactions"),
  BUDGET_REFUSED_ANNOUNCEMENTS(
      "budget.refused.announcements",
      "how often a host was refused: announcements and transactions"),
  BUDGET_DELAYED_SUBMITTED_BYTES(
      "budget.delayed.submitted-bytes", "how often a host had to wait: bytes handed in"),
  BUDGET_REFUSED_SUBMITTED_BYTES(
      "budget.refused.submitted-bytes", "how often a host was refused: bytes handed in"),
  BUDGET_DELAYED_SUBMITTED_TIME(
      "budget.delayed.submitted-time",
      "how often a host had to wait: time of the node for what was handed in"),
  BUDGET_REFUSED_SUBMITTED_TIME(
      "budget.refused.submitted-time",
      "how often a host was refused: time of the node for what was handed in"),
  BUDGET_DELAYED_ANSWERED_BYTES(
      "budget.delayed.answered-bytes",
      "how often a host stood behind others: bytes of large answers"),
  BUDGET_REFUSED_ANSWERED_BYTES(
      "budget.refused.answered-bytes", "how often a host was refused: bytes of large answers"),
  BUDGET_DELAYED_FILTER_WORK(
      "budget.delayed.filter-work", "how often a host had to wait: work for filters"),
  BUDGET_REFUSED_FILTER_WORK(
      "budget.refused.filter-work", "how often a host was refused: work for filters"),
  BUDGET_DELAYED_RECEIVED(
      "budget.delayed.received", "how often a host had to wait: memory for what it sends"),
  BUDGET_DELAYED_OWED(
      "budget.delayed.owed", "how often a host had to wait: memory for what it is owed"),

  // ---- clients that were disconnected

  CLOSED_HANDSHAKE_TIMEOUT(
      "client.closed.handshake-timeout", "clients closed: handshake not done in time"),
  CLOSED_EVICTED(
      "client.closed.evicted",
      "clients closed: there were clients.max, or clients.per-address, and another came"),
  CLOSED_IDLE("client.closed.idle", "clients closed: silent for client.timeout"),
  CLOSED_SLOW_READER(
      "client.closed.slow-reader", "clients closed: they do not read what they are sent"),
  CLOSED_REJECTED("client.closed.rejected", "clients closed: too many frames that cannot be used"),
  CLOSED_UNREADABLE(
      "client.closed.unreadable",
      "clients closed: what they send are no messages of this network, as an encrypted hello"
          + " (BIP324), another network's magic or another protocol"),
  CLOSED_INTERNAL_ERROR(
      "client.closed.internal-error",
      "clients closed: a fault of this program, which the log shows"),
  CLOSED_UNANSWERED(
      "client.closed.unanswered",
      "clients closed: what they asked could not be answered, and they cannot be told so"),
  CLOSED_NO_UPSTREAM(
      "client.closed.no-upstream",
      "clients closed: no node could be reached for them, or none was known yet after 3 s"),
  CLOSED_OBSOLETE_VERSION(
      "client.closed.obsolete-version",
      "clients closed: they speak a version of the protocol that is too old"),
  CLOSED_MALFORMED_VERSION(
      "client.closed.malformed-version", "clients closed: their version message cannot be read"),
  CLOSED_MALFORMED_NODE_VERSION(
      "client.closed.malformed-node-version",
      "clients closed: the version message of their node cannot be read (passthrough)"),
  CLOSED_LATE_WTXIDRELAY(
      "client.closed.late-wtxidrelay", "clients closed: wtxidrelay after verack"),
  CLOSED_LATE_SENDADDRV2(
      "client.closed.late-sendaddrv2", "clients closed: sendaddrv2 after verack"),
  CLOSED_UNWELCOME_FEATURE(
      "client.closed.unwelcome-feature", "clients closed: a feature message where none may be"),
  CLOSED_TOO_EARLY(
      "client.closed.too-early", "clients closed: too much before they were given a version"),
  CLOSED_NOT_OFFERED(
      "client.closed.not-offered", "clients closed: they ask for a service that is not offered"),
  CLOSED_BAD_REQUEST(
      "client.closed.bad-request",
      "clients closed: a request that a provider of message types refuses"),
  CLOSED_BAD_HEADERS(
      "client.closed.bad-headers",
      "clients closed: headers without proof of work, or not in a row"),
  CLOSED_BAD_BLOCK(
      "client.closed.bad-block", "clients closed: a block that is not what its header says"),
  CLOSED_BAD_INDEX(
      "client.closed.bad-index",
      "clients closed: getblocktxn of a transaction that the block has not"),
  CLOSED_BAD_FILTER_TYPE(
      "client.closed.bad-filter-type",
      "clients closed: compact filters of another type than basic"),
  CLOSED_UNKNOWN_STOP(
      "client.closed.unknown-stop",
      "clients closed: compact filters up to a block that the node has not"),
  CLOSED_NO_FILTER("client.closed.no-filter", "clients closed: filteradd, and no filter is loaded"),
  CLOSED_BAD_SEQUENCE(
      "client.closed.bad-sequence",
      "clients closed: numbers of requests that are in use, out of order or too many"),
  CLOSED_MALFORMED(
      "client.closed.malformed", "clients closed: too many messages that cannot be read"),
  CLOSED_LIMIT_INV("client.closed.limit-inv", "clients closed: an inv of too many items"),
  CLOSED_LIMIT_GETDATA(
      "client.closed.limit-getdata", "clients closed: a getdata of too many items"),
  CLOSED_LIMIT_NOTFOUND(
      "client.closed.limit-notfound", "clients closed: a notfound of too many items"),
  CLOSED_LIMIT_GETHEADERS(
      "client.closed.limit-getheaders",
      "clients closed: a getheaders with too many locator hashes"),
  CLOSED_LIMIT_GETBLOCKS(
      "client.closed.limit-getblocks", "clients closed: a getblocks with too many locator hashes"),
  CLOSED_LIMIT_HEADERS(
      "client.closed.limit-headers", "clients closed: too many headers in one message"),
  CLOSED_LIMIT_ADDR("client.closed.limit-addr", "clients closed: too many addresses in an addr"),
  CLOSED_LIMIT_ADDRV2(
      "client.closed.limit-addrv2", "clients closed: too many addresses in an addrv2"),
  CLOSED_LIMIT_FILTERLOAD(
      "client.closed.limit-filterload", "clients closed: a bloom filter that is too large"),
  CLOSED_LIMIT_FILTERADD(
      "client.closed.limit-filteradd",
      "clients closed: an element of a bloom filter that is too long"),
  CLOSED_LIMIT_SENDCMPCT(
      "client.closed.limit-sendcmpct",
      "clients closed: a sendcmpct that announces neither 0 nor 1"),
  CLOSED_LIMIT_GETBLOCKTXN(
      "client.closed.limit-getblocktxn", "clients closed: a getblocktxn that asks for nothing"),
  CLOSED_LIMIT_GETCFILTERS(
      "client.closed.limit-getcfilters",
      "clients closed: a getcfilters for too many blocks, or from above its stop block"),
  CLOSED_LIMIT_GETCFHEADERS(
      "client.closed.limit-getcfheaders",
      "clients closed: a getcfheaders for too many blocks, or from above its stop block"),

  // ---- requests on their way to the node

  EXCHANGE_ASKED(
      "exchange.asked", "requests that were opened on behalf of clients or the multiplexer itself"),
  EXCHANGE_JOINED("exchange.joined", "requests that share one that is open already"),
  EXCHANGE_ANSWERED(
      "exchange.answered", "requests that the node answered, and the answer is right"),
  EXCHANGE_ABSENT("exchange.absent", "requests to which the node had no answer"),
  EXCHANGE_FAILED(
      "exchange.failed",
      "requests given up, because the connection was lost or the answers were wrong"),
  EXCHANGE_REFUSED("exchange.refused", "of these, because the node hangs up on who asks that"),
  EXCHANGE_DESERTED("exchange.deserted", "requests whose askers all left before the end"),
  CACHE_HIT("cache.hit", "answers that were in memory"),
  CACHE_FOUND("cache.found", "answers that were found by a search, as in data-dir"),
  CACHE_KEPT("cache.kept", "answers of the node that were given to the cache"),
  CACHE_BUSY("cache.busy", "searches left out, because too many others waited for the disk"),

  // ---- the connection to the node

  UPSTREAM_CONNECTED("upstream.connected", "connections to the node whose handshake was done"),
  UPSTREAM_PUNISHED(
      "upstream.punished", "connections that the node ended because of the one request on it"),
  UPSTREAM_BESIDE("upstream.beside", "connections dialled beside the shared one"),
  UPSTREAM_LOST("upstream.lost", "connections to the node that were lost after that"),
  UPSTREAM_REQUESTS("upstream.requests", "requests written to the node"),
  UPSTREAM_NUMBERED("upstream.numbered", "of these and of what was handed in, with a number"),
  UPSTREAM_SUBMISSIONS(
      "upstream.submissions", "transactions, blocks and announcements of clients handed in"),
  UPSTREAM_UNSOLICITED("upstream.unsolicited", "messages of the node that answer nothing"),
  UPSTREAM_REJECTED("upstream.rejected", "frames of the node that cannot be used"),
  UPSTREAM_LIES(
      "upstream.lies", "answers of the node that are not what was asked for; nobody got them"),
  FILTERS_UNTRUE(
      "filters.untrue", "compact filters or filter headers by which the node contradicts itself"),

  // ---- news of the node

  NEWS_PUBLISHED("news.published", "pieces of news told to the sessions"),
  NEWS_BLOCKS("news.blocks", "new blocks published"),
  NEWS_BLOCKS_UNPROVEN(
      "news.blocks.unproven", "hashes of blocks that the node announced and did not prove"),
  NEWS_BLOCKS_WITHHELD(
      "news.blocks.withheld", "blocks of its own best chain that the node did not give"),
  NEWS_HEADERS("news.headers", "headers added to the header chain"),
  NEWS_HEADERS_UNTRUE(
      "news.headers.untrue",
      "messages of the node with headers that are not in a row or break a rule"),
  NEWS_NODE_MALFORMED("news.node.malformed", "messages of the node that cannot be read"),
  NEWS_TRANSACTIONS("news.transactions", "transactions published"),
  NEWS_TX_DROPPED(
      "news.tx.dropped",
      "transactions that the node announced faster than they could be asked for"),
  NEWS_TX_MISSING("news.tx.missing", "transactions that the node announced and did not give"),
  NEWS_POOL_EVICTED("news.pool.evicted", "transactions forgotten for lack of room"),

  // ---- what clients submit

  SUBMIT_TX("submit.tx", "transactions of clients that are new"),
  SUBMIT_TX_KNOWN("submit.tx.known", "transactions of clients that are known already"),
  SUBMIT_TX_REFUSED("submit.tx.refused", "transactions of clients that are invalid by themselves"),
  SUBMIT_TX_UNWANTED("submit.tx.unwanted", "transactions not given to the node, which wants none"),
  SUBMIT_TX_REPEATED("submit.tx.repeated", "transactions given to the node again after a while"),
  SUBMIT_TX_ASKED("submit.tx.asked", "how often the node was asked for what clients submitted"),
  SUBMIT_TX_OFFERED(
      "submit.tx.offered", "accepted and not mined transactions offered on a new connection"),
  SUBMIT_TX_PROVEN("submit.tx.proven", "submitted transactions that the node has accepted"),
  SUBMIT_TX_UNPROVEN(
      "submit.tx.unproven", "submitted transactions forgotten after ten minutes without evidence"),
  SUBMIT_TX_DISPLACED(
      "submit.tx.displaced", "submitted transactions forgotten without evidence for lack of room"),
  SUBMIT_BLOCK("submit.block", "blocks of clients given to the node"),
  SUBMIT_BLOCK_BRANCH(
      "submit.block.branch",
      "branches of several blocks of clients whose headers were shown to the node, which asks for"
          + " the blocks"),
  SUBMIT_BLOCK_TAKEN("submit.block.taken", "of these, in the chain of the node afterwards"),
  SUBMIT_BLOCK_NOT_TAKEN(
      "submit.block.not-taken", "of these, not in the chain of the node afterwards"),
  SUBMIT_BLOCK_DISABLED(
      "submit.block.disabled", "blocks and headers of clients dropped: submit.blocks is off"),
  SUBMIT_BLOCK_KNOWN("submit.block.known", "blocks and headers of clients dropped: not new"),
  SUBMIT_BLOCK_ORPHAN(
      "submit.block.orphan", "blocks and headers of clients dropped: their parent is unknown"),
  SUBMIT_BLOCK_LESS_WORK(
      "submit.block.less-work",
      "headers of clients dropped: they lead to less work than the node's best block has"),
  SUBMIT_BLOCK_INVALID(
      "submit.block.invalid", "blocks and headers of clients dropped: they fail a check"),
  SUBMIT_BLOCK_DISCONNECTED(
      "submit.block.disconnected",
      "blocks of clients that came while there was no node, kept for the next connection"),
  ASK_CLIENT("ask.client", "transactions and blocks that clients were asked for"),
  ASK_CLIENT_FAILED("ask.client.failed", "of these, not delivered"),
  ASK_CLIENT_FORGOTTEN(
      "ask.client.forgotten", "announcements of clients that were too many to be asked for"),
  ASK_CLIENT_HEADERS(
      "ask.client.headers",
      "how often a client that has blocks of unknown parents was asked for headers"),
  ASK_US_TX("ask.us.tx", "transactions that the node asked us for"),
  ASK_US_BLOCK("ask.us.block", "blocks that the node asked us for"),
  ASK_US_HEADERS("ask.us.headers", "how often the node asked us for headers"),
  ASK_US_NOT_SERVED("ask.us.not-served", "what the node asked us for and we have not got");

  private static final String CLOSED = "client.closed.";
  private static final Map<String, Counter> BY_ID = byId();

  private final String id;
  private final String description;

  Counter(String id, String description) {
    this.id = id;
    this.description = description;
  }

  private static Map<String, Counter> byId() {
    Map<String, Counter> byId = new HashMap<>();
    for (Counter counter : values()) {
      byId.put(counter.id, counter);
    }
    return Collections.unmodifiableMap(byId);
  }

  /**
   * The counter of clients disconnected because a message went beyond a limit of the protocol.
   *
   * @param command of the message
   * @return that of {@code limit-} and the command; {@link #CLOSED_BAD_REQUEST} for a message that
   *     a provider brought
   */
  public static Counter limitOf(String command) {
    return BY_ID.getOrDefault(CLOSED + "limit-" + command, CLOSED_BAD_REQUEST);
  }

  /**
   * The rule for which clients are disconnected, for logs.
   *
   * @return the end of the id
   * @throws IllegalStateException if it counts something else
   */
  public String rule() {
    if (!id.startsWith(CLOSED)) {
      throw new IllegalStateException(id + " counts no disconnected clients");
    }
    return id.substring(CLOSED.length());
  }

  /**
   * Its name in {@link org.bitcoinmultiplexer.api.Stats}.
   *
   * @return words with dots between them; stays the same from version to version
   */
  public String id() {
    return id;
  }

  /**
   * What it counts.
   *
   * @return a phrase in English
   */
  public String description() {
    return description;
  }

  @Override
  public String toString() {
    return id;
  }
}
