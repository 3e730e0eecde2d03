package org.bitcoinmultiplexer.bitcoin.relay;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import com.google.common.collect.ImmutableList;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The last blocks of clients that passed every check: handed in, served to the node, and handed in
 * again on the next connection, if that node has not got them.
 *
 * <p>Core leaves whoever gives it a block on one that it does not know. So each waits until this
 * node is known to have what it builds on: that is in the best chain that it has shown, it has
 * dealt with it, or it has the header when asked. Given is not enough: suspects go another way.
 *
 * <p>A block of less work than the node's best Core ignores, unless it has asked for it. So such a
 * block is held until others on top of it have as much work; then the node is shown the headers of
 * them all, and asks for what it wants. It is shown no header whose block is not here: Core leaves
 * whoever announces a block and does not give it.
 *
 * <p>Confined to the engine's loop, but for {@link #find}, {@link #header} and {@link #isKnown}.
 */
final class PendingBlocks {

  /**
   * Bodies that are kept, by number and by size together: as many as Core asks of one peer at once.
   */
  static final int MOST = 16;

  private static final long MOST_BYTES = 8_000_000;

  private final EngineContext engine;
  private final EngineContext.Source source;
  private final HeaderWindow chain;
  private final TipTracker tips;
  private final Hash genesis;
  private final BoundedSet<Hash> requested = new BoundedSet<>(MOST);
  private final Map<Hash, PendingBlock> byHash = new ConcurrentHashMap<>();
  private final Deque<PendingBlock> order = new ArrayDeque<>();
  private long bytes;
  private volatile @Nullable NodeInfo node;
  private int connection;

  PendingBlocks(EngineContext engine, Hash genesis, HeaderWindow chain, TipTracker tips) {
    this.chain = chain;
    this.engine = engine;
    this.source = engine.source();
    this.genesis = genesis;
    this.tips = tips;
  }

  /** There is another connection, or none. What was handed in on the last may not have arrived. */
  void connected(@Nullable NodeInfo ready) {
    node = ready;
    connection++;
    requested.clear();
    order.forEach(PendingBlock::forgetConnection);
    if (ready != null) {
      handInAgain(new ArrayDeque<>(order), connection);
    }
  }

  /** One after the other, the oldest first. */
  private void handInAgain(Deque<PendingBlock> left, int over) {
    PendingBlock next = left.poll();
    if (next == null) {
      return;
    }
    ask(
        next.hash,
        isThere -> {
          if (over != connection) {
            return;
          }
          if (isThere) {
            next.there();
          }
          handIn(next, () -> {});
          handInAgain(left, over);
        });
  }

  /** Finds out whether the node has a header, at once if that is known. */
  private void find(Hash block, Consumer<Boolean> then) {
    PendingBlock given = byHash.get(block);
    if (isThere(block)) {
      then.accept(true);
    } else if (given != null && given.isOnItsWay()) {
      given.whenThere(then);
    } else {
      ask(block, then);
    }
  }

  private boolean isThere(Hash block) {
    PendingBlock given = byHash.get(block);
    return block.equals(genesis)
        || (given != null && given.isThere)
        || (tips.hasFound() && chain.depth(block) >= 0);
  }

  /** Whether the node has a header. */
  private void ask(Hash block, Consumer<Boolean> then) {
    engine.ask(
        BlockLocator.of(Commands.GETHEADERS, ProtocolVersions.OWN, List.of(), block),
        outcome -> then.accept(isHeader(block, outcome)));
  }

  private static boolean isHeader(Hash block, Outcome outcome) {
    if (!(outcome instanceof Outcome.Answered answered)) {
      return false;
    }
    try {
      Headers headers = Headers.parse(answered.message());
      return headers.size() == 1 && headers.hash(0).equals(block);
    } catch (MalformedMessageException e) {
      return false;
    }
  }

  /** A block, with witness; null if it is not here. Any thread. */
  @Nullable Message find(Hash block) {
    PendingBlock found = byHash.get(block);
    return found == null ? null : found.block;
  }

  /** The header of a block on which another may build. Any thread. */
  @Nullable BlockHeader header(Hash block) {
    PendingBlock found = byHash.get(block);
    return found != null && (found.isGiven || node == null) ? BlockHeader.of(found.block) : null;
  }

  /**
   * Whether a block need not come again. What the node did not take, because it was too new for
   * example, may. Any thread.
   */
  boolean isKnown(Hash block) {
    PendingBlock found = byHash.get(block);
    return found != null && !found.mayComeAgain(engine.loop().nanoTime());
  }

  /**
   * Hands a block in, now or as soon as there is a node and its client's host may.
   *
   * @param by whose budget pays for it
   * @param done is run once, when that is over, or it only waits for the node
   */
  void add(Hash hash, Message block, HostBudget by, Runnable done) {
    PendingBlock fresh = new PendingBlock(hash, block, by);
    PendingBlock before = byHash.put(hash, fresh);
    if (before != null) {
      order.remove(before);
      bytes -= before.block.size();
    }
    order.add(fresh);
    bytes += block.size();
    while (order.size() > MOST || bytes > MOST_BYTES) {
      PendingBlock dropped = order.remove();
      byHash.remove(dropped.hash, dropped);
      bytes -= dropped.block.size();
    }
    if (node == null) {
      engine.counters().count(Counter.SUBMIT_BLOCK_DISCONNECTED);
      done.run();
    } else {
      handInInTurn(fresh, done);
    }
  }

  /** Who has handed in much of late waits; nobody else does. */
  private void handInInTurn(PendingBlock fresh, Runnable done) {
    long delay = fresh.delay();
    if (delay == 0) {
      handIn(fresh, done);
      return;
    }
    fresh.isResting = true;
    engine.loop().schedule(Duration.ofNanos(delay), () -> rested(fresh, done));
  }

  private void rested(PendingBlock fresh, Runnable done) {
    fresh.isResting = false;
    if (byHash.get(fresh.hash) == fresh) {
      handIn(fresh, done);
    } else {
      done.run();
    }
  }

  private void handIn(PendingBlock each, Runnable done) {
    if (node == null || each.isGiven || each.isAnnounced || each.isAsking || each.isResting) {
      done.run();
      return;
    }
    int over = connection;
    List<PendingBlock> held = heldUpTo(each.previous());
    each.isAsking = true;
    find(
        base(held, each.previous()),
        isThere -> {
          NodeInfo to = node;
          boolean isSame = over == connection;
          each.isAsking &= !isSame;
          if (isSame && isThere && to != null) {
            handIn(each, held, to, done);
          } else {
            done.run(); // it waits
          }
        });
  }

  private void handIn(PendingBlock each, List<PendingBlock> held, NodeInfo to, Runnable done) {
    engine.counters().count(Counter.SUBMIT_BLOCK);
    if (!to.takesUnrequested()) {
      each.isAnnounced = true;
      done.run();
      source.submit(
          Inventory.of(Commands.INV, InventoryVector.BLOCK, each.hash), EngineContext.Receipt.NONE);
      return;
    }
    each.isGiven = true;
    each.isHeld = !requested.remove(each.hash) && chain.hasLessWork(each.hash, this::kept);
    if (each.isHeld && tips.hasFound()) {
      done.run();
    } else if (held.isEmpty() || each.isHeld) {
      each.spendBytes();
      source.submit(each.block, new Receipt(List.of(each), each, done));
    } else {
      show(held, each, done);
    }
  }

  private @Nullable BlockHeader kept(Hash block) {
    PendingBlock found = byHash.get(block);
    return found == null ? null : BlockHeader.of(found.block);
  }

  /** Those that are held up to a block, the first first. */
  private List<PendingBlock> heldUpTo(Hash last) {
    Deque<PendingBlock> held = new ArrayDeque<>();
    for (PendingBlock at = byHash.get(last);
        at != null && at.isHeld;
        at = byHash.get(at.previous())) {
      held.addFirst(at);
    }
    return List.copyOf(held);
  }

  /** What the first of what is held up to a block builds on: that may have been here once. */
  private static Hash base(List<PendingBlock> held, Hash last) {
    return held.isEmpty() ? last : held.get(0).previous();
  }

  /**
   * Shows the node headers that it asked for, behind those of what is held and they build on.
   *
   * @param headers at least one
   * @param then hears whether they were shown, or it does not know what they build on
   */
  void show(Headers headers, Consumer<Boolean> then) {
    int over = connection;
    List<PendingBlock> held = heldUpTo(headers.previous(0));
    find(
        base(held, headers.previous(0)),
        isThere -> {
          boolean isShown = isThere && over == connection;
          if (isShown) {
            Headers.Builder all = builder(held, headers.size());
            for (int i = 0; i < headers.size() && held.size() + i < MAX_HEADERS_RESULTS; i++) {
              all.add(headers.array(), headers.offset(i));
            }
            source.submit(all.toMessage(), new Receipt(held, null, () -> {}));
          }
          then.accept(isShown);
        });
  }

  /** Of headers that begin with those of held blocks, which are held no more. */
  private static Headers.Builder builder(List<PendingBlock> held, int more) {
    Headers.Builder headers = new Headers.Builder(held.size() + more);
    for (PendingBlock each : held) {
      each.isHeld = false;
      headers.add(each.block.array(), each.block.offset());
    }
    return headers;
  }

  /** Shows the node a branch by its headers; it asks for the blocks. */
  private void show(List<PendingBlock> held, PendingBlock last, Runnable done) {
    engine.counters().count(Counter.SUBMIT_BLOCK_BRANCH);
    List<PendingBlock> all = ImmutableList.<PendingBlock>builder().addAll(held).add(last).build();
    source.submit(builder(all, 0).toMessage(), new Receipt(all, null, done));
  }

  /** It is known where the node's best chain ends: what it will have ignored is shown to it. */
  void tipFound() {
    for (PendingBlock each : List.copyOf(order)) {
      List<PendingBlock> held = heldUpTo(each.previous());
      if (node != null
          && each.isGiven
          && (each.isHeld || !held.isEmpty())
          && !chain.hasLessWork(each.hash, this::kept)) {
        int over = connection;
        find(
            base(held, each.previous()),
            isThere -> {
              if (isThere && over == connection) {
                show(held, each, () -> {});
              }
            });
      }
    }
  }

  /** The node's best chain ends elsewhere: it may have what waits for its parent now. */
  void moved() {
    for (PendingBlock each : List.copyOf(order)) {
      if (isThere(each.previous())) {
        handIn(each, () -> {});
      }
    }
  }

  /** The node asks for a block that is not here: it gets it once it comes. */
  void requested(Hash block) {
    requested.add(block);
  }

  /** For what of it was given to the node: a block, or the headers of several. */
  private final class Receipt implements EngineContext.Receipt {
    private final List<PendingBlock> given;
    private final @Nullable PendingBlock whole;
    private final Runnable done;
    private final int over = connection;

    Receipt(List<PendingBlock> given, @Nullable PendingBlock whole, Runnable done) {
      this.given = given;
      this.whole = whole;
      this.done = done;
    }

    @Override
    public void processed(long took) {
      if (over == connection) {
        given.forEach(each -> each.processed(engine.loop().nanoTime()));
      }
      if (whole != null) {
        whole.spendTime(took);
        tips.verify(whole.hash);
      }
      done.run();
    }

    @Override
    public void lost() {
      done.run();
      if (over == connection) {
        given.forEach(PendingBlock::lost);
      }
    }
  }

  /** The node has fetched a block that was announced to it. */
  void fetched(Hash hash) {
    PendingBlock found = byHash.get(hash);
    if (found != null) {
      found.spendBytes();
      found.processed(engine.loop().nanoTime());
      tips.verify(hash);
      for (PendingBlock each : List.copyOf(order)) {
        if (each.previous().equals(hash)) {
          handIn(each, () -> {});
        }
      }
    }
  }
}
