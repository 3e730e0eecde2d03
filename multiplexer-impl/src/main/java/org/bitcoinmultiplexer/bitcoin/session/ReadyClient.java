package org.bitcoinmultiplexer.bitcoin.session;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_MONEY;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.RequestType;
import org.bitcoinmultiplexer.bitcoin.handshake.ClientInfo;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.node.NodeNotification;
import org.bitcoinmultiplexer.bitcoin.node.TipNotification;
import org.bitcoinmultiplexer.bitcoin.node.TransactionNotification;
import org.bitcoinmultiplexer.bitcoin.relay.Client;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceAnswer;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceResponder;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceViolationException;
import org.bitcoinmultiplexer.bitcoin.wire.Addresses;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.core.Notification;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * A client whose handshake is done. Each message is a request, an offer, a wish how to be served,
 * or of no concern: the table is in this package's description.
 *
 * <p>Confined to the session's loop.
 */
final class ReadyClient {

  /** Above this version a ping has a nonce and wants a pong (BIP31). */
  private static final int PONG_ABOVE = 60_000;

  private final ClientContext context;
  private final SharedContext shared;
  private final ClientInfo info;
  private final ClientRequests requests;
  private final ClientAnnouncements offers;
  private final ClientFilter filter;
  private final TransactionAnnouncer transactions;
  private final @Nullable FilterRequests filters; // null if they are not offered
  private final SequenceAnswer plain;
  private final boolean hasCompactFilters; // it was told so
  private final @Nullable SequenceResponder responder; // null unless numbers were agreed
  private final BlockAnnouncer blocks;
  private long feeFilterTold;

  /**
   * A client that has said nothing since its handshake.
   *
   * @param self as the relay knows it
   * @param context the engine's side of it
   * @param shared what all share
   * @param info what it said in its handshake
   */
  ReadyClient(Client self, ClientContext context, SharedContext shared, ClientInfo info) {
    this.context = context;
    this.shared = shared;
    this.info = info;
    KnownHeaders known = new KnownHeaders(shared.node()::header);
    filter = new ClientFilter(context, shared.filterTurns(), info.relay());
    transactions = new TransactionAnnouncer(context, filter, info.wtxidRelay(), shared.node());
    filters =
        shared.bloom()
            ? new FilterRequests(
                context, shared.node(), shared.nodeRelay()::followUnconfirmed, filter, transactions)
            : null;
    blocks = new BlockAnnouncer(context, known, shared.announcements(), shared.compactBlocks());
    requests = new ClientRequests(context, shared, known, filter, filters);
    offers = new ClientAnnouncements(self, context, shared, info.wtxidRelay(), known, transactions);
    plain = SequenceAnswer.plain(context::reply);
    if (info.numbers()) {
      responder = new SequenceResponder(BitcoinConversation.WINDOW, context::push);
      context.needsEveryFrame();
    } else {
      responder = null;
    }
    NodeInfo node = shared.node().info();
    hasCompactFilters = shared.node().offersFilters();
    feeFilterTold = node != null ? node.feeFilter() : 0; // the handshake told it
  }

  /**
   * The client said something.
   *
   * @param message not validated
   */
  void onMessage(Message message) {
    if (responder == null) {
      understand(message, plain);
      return;
    }
    SequenceAnswer answer;
    try {
      answer = responder.hear(message).orElse(null);
    } catch (SequenceViolationException e) {
      throw new Violation(Counter.CLOSED_BAD_SEQUENCE, String.valueOf(e.getMessage()));
    }
    if (answer != null) {
      understandToTheEnd(message, answer);
    }
  }

  /** What cannot be read is dropped, but a number waits for an end. */
  private void understandToTheEnd(Message message, SequenceAnswer answer) {
    try {
      understand(message, answer);
    } catch (MalformedMessageException e) {
      answer.end();
      throw e;
    }
  }

  private void understand(Message message, SequenceAnswer answer) {
    switch (message.command()) {
      case Commands.PING -> ping(message, answer);
      case Commands.GETHEADERS -> requests.getHeaders(message, answer);
      case Commands.GETBLOCKS -> requests.getBlocks(message, answer);
      case Commands.GETDATA -> requests.getData(message, answer);
      case Commands.GETBLOCKTXN -> requests.getBlockTransactions(message, answer);
      case Commands.GETCFILTERS, Commands.GETCFHEADERS, Commands.GETCFCHECKPT ->
          getCompactFilters(message, answer);
      default -> {
        RequestType row = shared.types().type(message.command());
        if (row != null) {
          requests.forward(canonical(row, message), answer);
        } else if (filters == null || !filters.hear(message, answer)) {
          takeIn(message);
          answer.end();
        }
      }
    }
  }

  private static Message canonical(RequestType row, Message message) {
    return row.canonical(message)
        .orElseThrow(
            () ->
                new Violation(
                    Counter.CLOSED_BAD_REQUEST, "its " + message + " is malformed or illegal"));
  }

  /** What asks for nothing. */
  private void takeIn(Message message) {
    switch (message.command()) {
      case Commands.INV -> offers.inv(message);
      case Commands.HEADERS -> offers.headers(message);
      case Commands.TX -> offers.transaction(message);
      case Commands.BLOCK -> offers.block(message);
      case Commands.NOTFOUND -> offers.notFound(message);
      case Commands.SENDHEADERS -> preferHeaders();
      case Commands.FEEFILTER -> feeFilter(message);
      // Only for their limits: addresses are not relayed.
      case Commands.ADDR, Commands.ADDRV2 -> Addresses.count(message);
      case Commands.SENDCMPCT -> preferCompact(SendCompact.parse(message));
      case Commands.MEMPOOL, Commands.FILTERLOAD, Commands.FILTERADD, Commands.FILTERCLEAR ->
          throw notOffered(message);
      default -> {} // of no concern
    }
  }

  private static Violation notOffered(Message message) {
    return new Violation(
        Counter.CLOSED_NOT_OFFERED,
        message.command() + ", which needs a service that is not offered");
  }

  /** Whoever was offered them may ask, even if the node has none any more. */
  private void getCompactFilters(Message message, SequenceAnswer answer) {
    if (!hasCompactFilters) {
      throw notOffered(message);
    }
    requests.getCompactFilters(message, answer);
  }

  private void ping(Message message, SequenceAnswer answer) {
    boolean wantsPong = message.size() >= Long.BYTES && info.version() > PONG_ABOVE;
    if (answer.isNumbered()) {
      if (wantsPong) {
        answer.accept(Ping.pong(Ping.nonce(message)));
      }
      answer.end();
    } else if (wantsPong) {
      context.reply(Ping.pong(Ping.nonce(message)));
    }
  }

  /**
   * The client tells how it wants blocks announced; of other versions it is ignored, as by Core.
   */
  void preferCompact(SendCompact wish) {
    if (wish.version() == CompactBlocks.VERSION) {
      blocks.inShort(wish.announce());
    }
  }

  /** The client wants blocks announced by headers. */
  void preferHeaders() {
    blocks.byHeaders();
  }

  private void feeFilter(Message message) {
    long rate = new ByteReader(message).i64("fee rate");
    if (rate >= 0 && rate <= MAX_MONEY) {
      transactions.feeFilter(rate);
    }
  }

  /**
   * Something happened.
   *
   * @param news what the relay published
   */
  void onNews(Notification news) {
    if (news instanceof TransactionNotification transaction) {
      transactions.onNews(transaction);
    } else if (news instanceof TipNotification block) {
      blocks.onNews(block);
    } else if (news instanceof NodeNotification node) {
      passOnFeeFilter(node.node());
    }
  }

  /**
   * The node has what the client submitted.
   *
   * @param txid its id without witness
   * @param wtxid its id with witness
   */
  void accepted(Hash txid, Hash wtxid) {
    transactions.echo(txid, wtxid);
  }

  private void passOnFeeFilter(NodeInfo node) {
    if (node.feeFilter() != feeFilterTold && info.takesFeeFilter()) {
      feeFilterTold = node.feeFilter();
      context.push(new FeeFilter(node.feeFilter()).toMessage());
    }
  }

  /** The client is gone. */
  void close() {
    transactions.close();
    filter.close();
  }
}
