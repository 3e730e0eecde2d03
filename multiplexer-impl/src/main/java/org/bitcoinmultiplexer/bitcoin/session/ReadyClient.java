package org.bitcoinmultiplexer.bitcoin.session;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Pair;
import org.bitcoinmultiplexer.bitcoin.handshake.ClientInfo;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.news.BlockNews;
import org.bitcoinmultiplexer.bitcoin.news.Client;
import org.bitcoinmultiplexer.bitcoin.news.NodeNews;
import org.bitcoinmultiplexer.bitcoin.news.TransactionNews;
import org.bitcoinmultiplexer.bitcoin.wire.Addresses;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Ping;
import org.bitcoinmultiplexer.bitcoin.wire.SendCompact;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.core.News;

/**
 * A client whose handshake is done. Each message is a request, an offer, a wish how to be served,
 * or of no concern: the table is in this package's description.
 *
 * <p>Confined to the session's loop.
 */
final class ReadyClient {

  /** Above this version a ping has a nonce and wants a pong (BIP31). */
  private static final int PONG_ABOVE = 60_000;

  private final Client self;
  private final ClientContext context;
  private final Shared shared;
  private final ClientInfo info;
  private final Requests requests;
  private final Offers offers;
  private final TransactionAnnouncer transactions;
  private BlockAnnouncer blocks;
  private long feeFilterTold;

  /**
   * A client that has said nothing since its handshake.
   *
   * @param self as the newsroom knows it
   * @param context the engine's side of it
   * @param shared what all share
   * @param info what it said in its handshake
   */
  ReadyClient(Client self, ClientContext context, Shared shared, ClientInfo info) {
    this.self = self;
    this.context = context;
    this.shared = shared;
    this.info = info;
    KnownHeaders known = new KnownHeaders(shared.newsroom()::header);
    transactions = new TransactionAnnouncer(context, info.relay(), info.wtxidRelay());
    blocks = new BlockAnnouncer(context, known, shared.announcements(), false);
    requests = new Requests(context, shared, known);
    offers = new Offers(self, context, shared, info.wtxidRelay(), known, transactions);
    NodeInfo node = shared.newsroom().node();
    feeFilterTold = node != null ? node.feeFilter() : 0; // the handshake told it
  }

  /**
   * The client said something.
   *
   * @param message not validated
   */
  void onMessage(Message message) {
    switch (message.command()) {
      case Commands.PING -> ping(message);
      case Commands.GETHEADERS -> requests.getHeaders(message);
      case Commands.GETBLOCKS -> requests.getBlocks(message);
      case Commands.GETDATA -> requests.getData(message);
      case Commands.GETBLOCKTXN -> requests.getBlockTransactions(message);
      case Commands.INV -> offers.inv(message);
      case Commands.HEADERS -> offers.headers(message);
      case Commands.TX -> offers.transaction(message);
      case Commands.BLOCK -> offers.block(message);
      case Commands.NOTFOUND -> offers.notFound(message);
      case Commands.SENDHEADERS -> preferHeaders();
      case Commands.FEEFILTER -> feeFilter(message);
      // Only for their limits: addresses are not relayed, compact blocks not offered.
      case Commands.ADDR, Commands.ADDRV2 -> Addresses.count(message);
      case Commands.SENDCMPCT -> SendCompact.parse(message);
      case Commands.MEMPOOL,
          Commands.FILTERLOAD,
          Commands.FILTERADD,
          Commands.FILTERCLEAR,
          Commands.GETCFILTERS,
          Commands.GETCFHEADERS,
          Commands.GETCFCHECKPT ->
          throw new Violation(
              Rules.NOT_OFFERED, message.command() + ", which needs a service that is not offered");
      default -> provided(message); // or of no concern
    }
  }

  private void ping(Message message) {
    if (message.size() >= Long.BYTES && info.version() > PONG_ABOVE) {
      context.reply(Ping.pong(Ping.nonce(message)));
    }
  }

  /** The client wants blocks announced by headers. */
  void preferHeaders() {
    blocks = blocks.byHeaders();
  }

  private void feeFilter(Message message) {
    long rate = new ByteReader(message).i64("fee rate");
    if (rate >= 0 && rate <= FeeFilter.MAX_RATE) {
      transactions.feeFilter(rate);
    }
  }

  private void provided(Message message) {
    Pair row = shared.pairs().pair(message.command());
    if (row == null || !shared.pairs().isProvided(message.command())) {
      return;
    }
    Message canonical =
        row.canonical(message)
            .orElseThrow(
                () ->
                    new Violation(
                        Rules.BAD_REQUEST, "its " + message + " is malformed or illegal"));
    context.ask(new ForwardBatch(canonical));
  }

  /**
   * Something happened.
   *
   * @param news what the newsroom published
   */
  void onNews(News news) {
    if (news instanceof TransactionNews transaction) {
      if (transaction.origin() != self) {
        transactions.onNews(transaction);
      }
    } else if (news instanceof BlockNews block) {
      blocks.onNews(block);
    } else if (news instanceof NodeNews node) {
      passOnFeeFilter(node.node());
    }
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
  }
}
