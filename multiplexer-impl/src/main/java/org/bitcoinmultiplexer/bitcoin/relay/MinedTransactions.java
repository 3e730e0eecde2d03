package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.node.MempoolView;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Looks through new blocks for what of the {@link MempoolView} and of {@link
 * UnconfirmedSubmissions} they have.
 *
 * <p>A block is asked for as soon as it is known, together with the clients that want it, but only
 * if there is anything that it could have: something that clients submitted, or, from when on a
 * client {@linkplain #needed needs} to know, anything else. What is being broadcast is looked for,
 * too: {@link Watcher}. A node without wallets behind us is asked for nothing. Until then, and
 * while there is no node, it is remembered which blocks are to be looked through, and what they may
 * have is doubtful. When these become more than {@link #MOST}, nothing is known of what waits, and
 * all of it is forgotten.
 *
 * <p>Confined to the engine's loop.
 */
final class MinedTransactions {

  /** Looks for something of its own in the blocks of the best chain. */
  interface Watcher {

    boolean isWatching();

    void onBlock(Message block);
  }

  /** At most so many blocks are to be looked through at a time: those of most of a day. */
  static final int MOST = 100;

  private final EngineContext engine;
  private final MempoolView mempool;
  private final UnconfirmedSubmissions ours;
  private final BooleanSupplier awaitsAny;
  private final Watcher watcher;
  private final BoundedSet<Hash> missed = new BoundedSet<>(MOST);
  private @Nullable Hash last;
  private boolean needed;
  private int underWay;

  /**
   * No block is known.
   *
   * @param awaitsAny whether transactions are on their way here
   * @param watcher looks through blocks, too
   */
  MinedTransactions(
      EngineContext engine,
      MempoolView mempool,
      UnconfirmedSubmissions ours,
      BooleanSupplier awaitsAny,
      Watcher watcher) {
    this.engine = engine;
    this.mempool = mempool;
    this.ours = ours;
    this.awaitsAny = awaitsAny;
    this.watcher = watcher;
  }

  /** These are now the last blocks of the best chain. */
  void news(List<BlockHeader> blocks) {
    if (!Objects.equals(blocks.get(0).previous(), last)) {
      mempool.forgetBlocks(); // some may have been disconnected
    }
    last = blocks.get(blocks.size() - 1).hash();
    if (blocks.size() > MOST) {
      loseTrack();
    } else if (isOfUse()) {
      mempool.doubt();
      blocks.forEach(header -> miss(header.hash()));
      askIfOfUse();
    }
  }

  private boolean isOfUse() {
    return !ours.isEmpty()
        || watcher.isWatching()
        || mempool.size() > 0
        || awaitsAny.getAsBoolean();
  }

  private void miss(Hash block) {
    if (missed.push(block) != null) {
      loseTrack();
    }
  }

  private void loseTrack() {
    missed.clear();
    mempool.clear();
    mempool.doubtNothing();
  }

  /** Somebody wants to know what waits, from now on. */
  void needed() {
    needed = true;
    askForAll();
  }

  /** There is another connection: nothing is known to wait. */
  void connected() {
    mempool.clear();
    mempool.doubtNothing();
    mempool.forgetBlocks();
    last = null;
    askIfOfUse();
  }

  private void askIfOfUse() {
    if (needed || !ours.isEmpty() || watcher.isWatching()) {
      askForAll();
    }
  }

  private void askForAll() {
    missed.drain().forEach(this::ask);
  }

  private void ask(Hash block) {
    underWay++;
    engine.ask(
        Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, block),
        outcome -> {
          if (outcome instanceof Outcome.Answered answered) {
            lookThrough(answered.message());
          } else if (outcome instanceof Outcome.Failed) {
            miss(block);
          }
          underWay--;
          if (underWay == 0 && missed.isEmpty()) {
            mempool.doubtNothing();
          }
        });
  }

  private void lookThrough(Message block) {
    try {
      ours.mined(block);
      mempool.mined(block);
      watcher.onBlock(block);
    } catch (MalformedMessageException e) {
      engine.counters().count(Counter.NEWS_NODE_MALFORMED);
    }
  }
}
