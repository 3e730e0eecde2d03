package org.bitcoinmultiplexer.bitcoin.session;

import java.time.InstantSource;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.compact.CompactBlock;
import org.bitcoinmultiplexer.bitcoin.news.Newsroom;
import org.bitcoinmultiplexer.cache.chain.ChainView;

/**
 * Recent blocks in short, each made once for all who ask for it so.
 *
 * <p>As in Core only close to a tip that is not old: whoever has not followed lacks most of the
 * transactions anyway. How deep a block lies only the header chain tells; without it all come
 * whole, which BIP152 allows. Any thread.
 */
final class CompactBlocks {

  /** Blocks below the tip that are still made short (Core's MAX_CMPCTBLOCK_DEPTH). */
  static final int MOST_DEPTH = 5;

  /** The most that the tip's time may be behind, in seconds: that of 20 blocks. */
  private static final long MOST_AGE = 20 * 600;

  private final Newsroom newsroom;
  private final InstantSource clock;
  private final Function<Message, Message> made; // one identity: kept with the block

  CompactBlocks(Newsroom newsroom, RandomGenerator random, InstantSource clock) {
    this.newsroom = newsroom;
    this.clock = clock;
    this.made = block -> CompactBlock.of(block, random.nextLong());
  }

  /**
   * What whoever asks for a block in short is sent.
   *
   * @param block whole
   * @return the same, or the {@code cmpctblock} of it
   */
  Message of(Message block) {
    ChainView chain = newsroom.headerChain();
    BlockHeader tip = newsroom.tip();
    if (chain == null || tip == null || clock.instant().getEpochSecond() - tip.time() > MOST_AGE) {
      return block;
    }
    int depth = chain.depth(BlockHeader.of(block).hash());
    return depth >= 0 && depth <= MOST_DEPTH ? block.derive(made) : block;
  }
}
