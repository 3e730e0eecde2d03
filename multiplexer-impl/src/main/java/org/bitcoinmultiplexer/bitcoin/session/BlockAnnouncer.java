package org.bitcoinmultiplexer.bitcoin.session;

import java.util.List;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.news.BlockNews;
import org.bitcoinmultiplexer.core.ClientContext;

/**
 * Announces blocks to one client as Bitcoin Core does: by {@code headers} to whoever asked for that
 * ({@code sendheaders}, BIP130), if there are at most {@value #MOST_HEADERS} and the client has the
 * parent of the first it lacks; to everybody else by an {@code inv} of the best block alone. A
 * block that the client has is not announced to it.
 *
 * <p>Confined to the session's loop.
 */
final class BlockAnnouncer {

  /** Core's MAX_BLOCKS_TO_ANNOUNCE. */
  static final int MOST_HEADERS = 8;

  private final ClientContext context;
  private final KnownHeaders known;
  private final Announcements announcements;
  private final boolean byHeaders;

  /**
   * An announcer.
   *
   * @param context whom it is said to
   * @param known what the client has
   * @param announcements makes the messages
   * @param byHeaders whether the client has asked for headers
   */
  BlockAnnouncer(
      ClientContext context, KnownHeaders known, Announcements announcements, boolean byHeaders) {
    this.context = context;
    this.known = known;
    this.announcements = announcements;
    this.byHeaders = byHeaders;
  }

  /** An announcer to the same client by headers from now on. */
  BlockAnnouncer byHeaders() {
    return new BlockAnnouncer(context, known, announcements, true);
  }

  /** The node has another best block. */
  void onNews(BlockNews news) {
    if (known.has(news.tip().hash())) {
      return;
    }
    int from = byHeaders ? firstThatConnects(news.headers()) : -1;
    if (from < 0) {
      context.push(announcements.inv(news));
    } else {
      context.push(announcements.headers(news, from));
      known.sent(news.tip().hash());
    }
  }

  /** Where the headers start that the client lacks; -1 if it would not know where they belong. */
  private int firstThatConnects(List<BlockHeader> headers) {
    if (headers.size() <= MOST_HEADERS) {
      for (int i = 0; i < headers.size(); i++) {
        if (!known.has(headers.get(i).hash())) {
          return known.has(headers.get(i).previous()) ? i : -1;
        }
      }
    }
    return -1;
  }
}
