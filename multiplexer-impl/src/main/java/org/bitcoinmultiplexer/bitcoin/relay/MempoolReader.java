package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.node.TransactionPool;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Version;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the node's mempool once on each connection, if that is permitted: of what came while there
 * was no connection, or before the first, a node says nothing by itself.
 *
 * <pre>
 *   connected ──serves bloom filters──────────────► READING ──{@link #WINDOW} over, all passed on──► DONE
 *       └──Core──► {@link MempoolPermission} ──granted──► ┘
 *                        └──not, or not known──► (told in the log)
 * </pre>
 *
 * <p>Its answer cannot be told from announcements. What of it is known only shows that the node has
 * it; what is not is passed on as announced, paced, as long as the pool is not half full: a large
 * mempool would push out of it what clients are about to ask for.
 *
 * <p>Confined to the engine's loop.
 */
final class MempoolReader {

  private static final Logger log = LoggerFactory.getLogger(MempoolReader.class);

  /** Core answers in its next round of announcements, which is 5 seconds later on average. */
  static final Duration WINDOW = Duration.ofSeconds(60);

  /** So many hashes wait at most, some 10 MB; the mempool of a busy day has more. */
  static final int MOST_WAITING = 100_000;

  /** So many are passed on at once, and then each time after so long. */
  static final int AT_ONCE = 250;

  private static final Duration PACE = Duration.ofMillis(250);

  private final EngineContext engine;
  private final TransactionPool pool;
  private final Consumer<InventoryVector> announced;
  private final BoundedSet<InventoryVector> waiting = new BoundedSet<>(MOST_WAITING);
  private MempoolPermission permission = target -> CompletableFuture.completedFuture(false);
  private @Nullable NodeContext node;
  private boolean reading;
  private int passed; // since the last pause
  private EventLoop.@Nullable Timer window;
  private EventLoop.@Nullable Timer pace;

  /**
   * A reader that nothing is permitted.
   *
   * @param announced takes what the node announces
   */
  MempoolReader(EngineContext engine, TransactionPool pool, Consumer<InventoryVector> announced) {
    this.engine = engine;
    this.pool = pool;
    this.announced = announced;
  }

  /** How it is found out whether it may read. */
  void permission(MempoolPermission finds) {
    permission = finds;
  }

  /** There is a connection. */
  void connected(NodeContext context, NodeInfo info) {
    node = context;
    if (!info.relay()) {
      return;
    }
    if ((info.services() & Version.NODE_BLOOM) != 0) {
      read(context);
    } else if (info.takesUnrequested()) { // others tell nothing by hanging up or not
      permission
          .find(context.target())
          .whenComplete(
              (granted, failure) ->
                  engine.loop().execute(() -> found(context, Boolean.TRUE.equals(granted))));
    }
  }

  private void found(NodeContext context, boolean granted) {
    if (context != node) {
      return;
    }
    if (granted) {
      read(context);
    } else {
      log.info(
          "upstream {} does not permit us 'mempool': payments that reached it while there was no"
              + " connection are told to nobody before they are mined",
          context.target());
    }
  }

  private void read(NodeContext from) {
    reading = true;
    window = engine.loop().schedule(WINDOW, () -> reading = false);
    from.send(Message.of(Commands.MEMPOOL, new byte[0]));
  }

  void disconnected() {
    node = null;
    reading = false;
    passed = 0;
    waiting.clear();
    cancel(window);
    cancel(pace);
    pace = null;
  }

  private static void cancel(EventLoop.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel();
    }
  }

  /** The node announced a transaction, by itself or because it was asked. */
  void announced(InventoryVector item) {
    boolean isKnown = pool.find(item.hash(), item.type() == InventoryVector.WTX) != null;
    if (isKnown || (!reading && waiting.isEmpty())) {
      announced.accept(item);
      return;
    }
    if (waiting.push(item) != null) {
      engine.counters().count(Counter.NEWS_TX_DROPPED);
    }
    passOn();
  }

  private void passOn() {
    while (passed < AT_ONCE && !waiting.isEmpty()) {
      InventoryVector next = waiting.poll();
      if (next == null || !pool.isHalfEmpty()) {
        forget();
        return;
      }
      passed++;
      announced.accept(next);
    }
    if (passed > 0 && pace == null) {
      pace = engine.loop().schedule(PACE, this::goOn);
    }
  }

  private void goOn() {
    pace = null;
    passed = 0;
    passOn();
  }

  /** No more is read, but what is announced from now on is passed on. */
  private void forget() {
    log.info(
        "the node's mempool is larger than half of what is kept of transactions:"
            + " at least {} of it are not known here",
        waiting.size() + 1);
    engine.counters().counter(Counter.NEWS_TX_DROPPED).add(waiting.size() + 1L);
    waiting.clear();
    reading = false;
  }
}
