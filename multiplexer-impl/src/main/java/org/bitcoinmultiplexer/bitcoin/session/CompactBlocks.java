package org.bitcoinmultiplexer.bitcoin.session;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOCKTXN_DEPTH;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_CMPCTBLOCK_DEPTH;

import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.compact.CompactBlock;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderView;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits;
import org.bitcoinmultiplexer.core.EngineContext;
import org.jspecify.annotations.Nullable;

/**
 * Recent blocks in short (BIP152, version 2), each made once for all who ask for it so.
 *
 * <p>As in Core only close to a tip that is not old: whoever has not followed lacks most of the
 * transactions anyway. How deep a block lies the headers tell if they are known so far, or else the
 * {@linkplain DepthFirstBatch node}. Any thread.
 */
final class CompactBlocks {

  /** The version of compact blocks that has wtxids; there is no other any more. */
  static final int VERSION = 2;

  /** The most that the tip's time may be behind, in seconds: that of 20 blocks. */
  private static final long MOST_AGE = 20 * 600;

  private final NodeView node;
  private final NewestBlock newest;
  private final InstantSource clock;
  private final Function<Message, Message> made; // one identity: kept with the block

  /** {@link #of(Message)}, made once: it is handed on with every item that is delivered. */
  final UnaryOperator<Message> inShort = this::of;

  CompactBlocks(EngineContext engine, NodeView node, RandomGenerator random, InstantSource clock) {
    this.newest = new NewestBlock(engine);
    this.node = node;
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
    BlockHeader tip = node.tip();
    return tip != null
            && isRecent(tip.time())
            && isAtMost(MAX_CMPCTBLOCK_DEPTH, node.headers().depth(BlockHeader.of(block).hash()))
        ? block.derive(made)
        : block;
  }

  /**
   * The same of a block whose depth was asked for.
   *
   * @param block whole
   * @param above the headers that follow it on the node's chain, as far as one message goes
   * @return the same, or the {@code cmpctblock} of it
   */
  Message of(Message block, Headers above) {
    BlockHeader own = BlockHeader.of(block);
    int depth = above.size();
    if (depth > MAX_CMPCTBLOCK_DEPTH || (depth > 0 && !above.previous(0).equals(own.hash()))) {
      return block;
    }
    BlockHeader tip = depth == 0 ? own : BlockHeader.at(above.array(), above.offset(depth - 1));
    return isRecent(tip.time()) ? block.derive(made) : block;
  }

  private boolean isRecent(long time) {
    return clock.instant().getEpochSecond() - time <= MOST_AGE;
  }

  /**
   * The first block that is asked for in short and of which is not known how deep it lies.
   *
   * @param items of a {@code getdata}
   * @return its hash, or null
   */
  @Nullable Hash firstOfUnknownDepth(Inventory items) {
    for (int i = 0; i < items.size(); i++) {
      if (items.type(i) == InventoryVector.CMPCT_BLOCK) {
        return isDepthKnown(items.hash(i)) ? null : items.hash(i);
      }
    }
    return null;
  }

  /** Whether it is one of the last blocks, or else so many of those are known that it is not. */
  private boolean isDepthKnown(Hash block) {
    HeaderView headers = node.headers();
    int least = Math.min(MAX_CMPCTBLOCK_DEPTH, node.height() - 1); // the chain may be as short
    return headers.reaches(least) || headers.depth(block) >= 0;
  }

  /**
   * Whether parts of a block are served; otherwise it comes whole.
   *
   * @param block a block hash
   * @return true if it lies at most {@value ProtocolLimits#MAX_BLOCKTXN_DEPTH} blocks below the
   *     tip, on whatever branch, or if that is not known
   */
  boolean servesPartsOf(Hash block) {
    HeaderView headers = node.headers();
    int height = headers.height(block);
    return height < 0 || height >= headers.height() - MAX_BLOCKTXN_DEPTH;
  }

  /**
   * Whether a block may be shown at all.
   *
   * @param block a block hash
   * @return false if it was left too long ago
   */
  boolean isShown(Hash block) {
    return node.isShown(block);
  }

  private static boolean isAtMost(int most, int depth) {
    return depth >= 0 && depth <= most;
  }

  /**
   * The block that is announced last, in short.
   *
   * @param hash of the block
   * @param where the loop in which it is wanted
   * @param then takes its {@code cmpctblock}, or null if the block is not to be had soon; once,
   *     never before this returns
   */
  void newest(Hash hash, EventLoop where, Consumer<? super @Nullable Message> then) {
    newest.get(hash, where, block -> then.accept(block == null ? null : block.derive(made)));
  }

  /**
   * A block, if it is the one that was announced last and is there.
   *
   * @param hash of any block
   * @return whole, or null
   */
  @Nullable Message find(Hash hash) {
    return newest.find(hash);
  }
}
