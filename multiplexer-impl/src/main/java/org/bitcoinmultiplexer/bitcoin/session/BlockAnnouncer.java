package org.bitcoinmultiplexer.bitcoin.session;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOCKS_TO_ANNOUNCE;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.node.TipNotification;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;
import org.bitcoinmultiplexer.core.ClientContext;
import org.jspecify.annotations.Nullable;

/**
 * Announces blocks to one client as Bitcoin Core does:
 *
 * <ul>
 *   <li>by {@code cmpctblock} to whoever asked for that ({@code sendcmpct}, BIP152, high
 *       bandwidth), if the block's parent is the last that the client has;
 *   <li>by {@code headers} to whoever asked for that ({@code sendheaders}, BIP130), if there are at
 *       most {@value ProtocolLimits#MAX_BLOCKS_TO_ANNOUNCE} and the client has the parent of the
 *       first it lacks;
 *   <li>to everybody else by an {@code inv} of the best block alone.
 * </ul>
 *
 * <p>A block that the client has is not announced to it. For a {@code cmpctblock} the block has to
 * come first; if it does not, or there is another best block meanwhile, the client is told in one
 * of the other ways, so that nobody misses a block or hears of it twice.
 *
 * <p>Confined to the session's loop.
 */
final class BlockAnnouncer {

  private final ClientContext context;
  private final KnownHeaders known;
  private final Announcements announcements;
  private final CompactBlocks compactBlocks;
  private boolean byHeaders;
  private boolean inShort;
  private @Nullable TipNotification waiting; // for its block

  /**
   * An announcer to a client that has no wishes.
   *
   * @param context whom it is said to
   * @param known what the client has
   * @param announcements makes the messages
   * @param compactBlocks makes blocks short
   */
  BlockAnnouncer(
      ClientContext context,
      KnownHeaders known,
      Announcements announcements,
      CompactBlocks compactBlocks) {
    this.context = context;
    this.known = known;
    this.announcements = announcements;
    this.compactBlocks = compactBlocks;
  }

  /** From now on the client wants headers. */
  void byHeaders() {
    byHeaders = true;
  }

  /** From now on the client wants blocks in short, or not any more. */
  void inShort(boolean wanted) {
    inShort = wanted;
  }

  /** The node has another best block. */
  void onNews(TipNotification news) {
    TipNotification late = waiting;
    if (late != null) {
      waiting = null;
      announce(late);
    }
    if (inShort && known.has(news.tip().previous()) && !known.has(news.tip().hash())) {
      waiting = news;
      compactBlocks.newest(
          news.tip().hash(), context.loop(), block -> announceInShort(news, block));
    } else {
      announce(news);
    }
  }

  private void announceInShort(TipNotification news, @Nullable Message block) {
    if (!news.equals(waiting)) {
      return; // it was told already
    }
    waiting = null;
    if (block == null) {
      announce(news);
    } else if (!known.has(news.tip().hash())) {
      context.push(block);
      known.sent(news.tip().hash());
    }
  }

  private void announce(TipNotification news) {
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
    if (headers.size() <= MAX_BLOCKS_TO_ANNOUNCE) {
      for (int i = 0; i < headers.size(); i++) {
        if (!known.has(headers.get(i).hash())) {
          return known.has(headers.get(i).previous()) ? i : -1;
        }
      }
    }
    return -1;
  }
}
