package org.bitcoinmultiplexer.bitcoin.session;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOCKS_TO_ANNOUNCE;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.node.TipNotification;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;
import org.jspecify.annotations.Nullable;

/**
 * The announcements of the latest block, made once for all clients, so that each is framed and
 * hashed once however many it goes to. Safe on any thread.
 */
final class Announcements {

  private record Made(TipNotification news, Message inv, @Nullable Message headers) {}

  private volatile @Nullable Made latest;

  /** An {@code inv} of the best block. */
  Message inv(TipNotification news) {
    return made(news).inv();
  }

  /**
   * The headers in the news.
   *
   * @param news at most {@link ProtocolLimits#MAX_BLOCKS_TO_ANNOUNCE}
   * @param from the first that is wanted, from 0
   */
  Message headers(TipNotification news, int from) {
    Message all = made(news).headers();
    return from == 0 && all != null ? all : toMessage(news.headers(), from);
  }

  private Made made(TipNotification news) {
    Made made = latest;
    if (made == null || !made.news().equals(news)) {
      List<BlockHeader> headers = news.headers();
      made =
          new Made(
              news,
              Inventory.of(Commands.INV, InventoryVector.BLOCK, news.tip().hash()),
              headers.size() <= MAX_BLOCKS_TO_ANNOUNCE ? toMessage(headers, 0) : null);
      latest = made;
    }
    return made;
  }

  private static Message toMessage(List<BlockHeader> headers, int from) {
    Headers.Builder out = new Headers.Builder(headers.size() - from);
    byte[] bytes = new byte[BlockHeader.SIZE];
    for (BlockHeader header : headers.subList(from, headers.size())) {
      header.write(bytes, 0);
      out.add(bytes, 0);
    }
    return out.toMessage();
  }
}
