package org.bitcoinmultiplexer.bitcoin.session;

import java.util.function.Function;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * Which headers a client has, as far as we can tell: the ancestors of the last one it was sent and
 * of the last one it announced (Core's {@code PeerHasHeader}). Confined to the session's loop.
 *
 * <p>Ancestors are looked up in the recent part of the chain that all sessions share, and only
 * {@value #DEPTH} blocks back: a client that is further behind is told by {@code inv}, which is
 * never wrong.
 */
final class KnownHeaders {

  static final int DEPTH = 16;

  private final Function<Hash, @Nullable BlockHeader> headers;
  private @Nullable Hash sent;
  private @Nullable Hash announced;

  /**
   * Nothing is known yet.
   *
   * @param headers the recent chain, any branch
   */
  KnownHeaders(Function<Hash, @Nullable BlockHeader> headers) {
    this.headers = headers;
  }

  /** The client was sent headers that end here, also if an earlier one ended higher, as in Core. */
  void sent(Hash last) {
    sent = last;
  }

  /** The client said that it has this block or header. */
  void announced(Hash hash) {
    announced = hash;
  }

  /** Whether the client has the header of a block. */
  boolean has(Hash hash) {
    return leadsTo(sent, hash) || leadsTo(announced, hash);
  }

  private boolean leadsTo(@Nullable Hash from, Hash hash) {
    @Nullable Hash at = from;
    for (int i = 0; at != null && i < DEPTH; i++) {
      if (at.equals(hash)) {
        return true;
      }
      BlockHeader header = headers.apply(at);
      at = header != null ? header.previous() : null;
    }
    return false;
  }
}
