package org.bitcoinmultiplexer.bitcoin.news;

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
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.Hub;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * The last blocks of clients that passed every check: handed in, served to the node, and handed in
 * again on the next connection, if that node has not got them, and has what they build on.
 *
 * <p>Confined to the hub's loop, but for {@link #find}, {@link #header} and {@link #isKnown}.
 */
final class PendingBlocks {

  /** Bodies that are kept, by number and by size together. */
  private static final int MOST = 4;

  private static final long MOST_BYTES = 8_000_000;

  /** So long after the node has dealt with a block it is in its chain, or was not taken. */
  static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A block, and what became of it on this connection. */
  private static final class Pending {
    final Hash hash;
    final Message block;
    boolean isAnnounced;
    volatile boolean isGiven; // so that the node knows it before whatever is written from now on
    volatile boolean isProcessed;
    volatile long processed; // when, in the loop's time

    Pending(Hash hash, Message block) {
      this.hash = hash;
      this.block = block;
    }
  }

  private final Hub hub;
  private final Hub.Seat seat;
  private final BlockDesk desk;
  private final Hash genesis;
  private final Map<Hash, Pending> byHash = new ConcurrentHashMap<>();
  private final Deque<Pending> order = new ArrayDeque<>();
  private long bytes;
  private volatile @Nullable NodeInfo node;
  private int connection;

  PendingBlocks(Hub hub, Hash genesis, BlockDesk desk) {
    this.hub = hub;
    this.seat = hub.seat();
    this.genesis = genesis;
    this.desk = desk;
  }

  /** There is another connection, or none. What was handed in on the last may not have arrived. */
  void connected(@Nullable NodeInfo ready) {
    node = ready;
    connection++;
    for (Pending each : order) {
      each.isAnnounced = false;
      each.isGiven = false;
      each.isProcessed = false;
    }
    if (ready != null) {
      handInAgain(new ArrayDeque<>(order), connection);
    }
  }

  /** One after the other, the oldest first. */
  private void handInAgain(Deque<Pending> left, int over) {
    Pending next = left.poll();
    if (next == null) {
      return;
    }
    ask(
        next.hash,
        over,
        isThere -> {
          if (isThere) {
            next.isGiven = true;
            handInAgain(left, over);
          } else {
            handInOnItsParent(next, left, over);
          }
        });
  }

  private void handInOnItsParent(Pending each, Deque<Pending> left, int over) {
    Hash parent = BlockHeader.of(each.block).previous();
    Pending before = byHash.get(parent);
    Consumer<Boolean> then =
        isThere -> {
          if (isThere) {
            handIn(each, () -> {});
          }
          handInAgain(left, over);
        };
    if (parent.equals(genesis) || (before != null && before.isGiven)) {
      then.accept(true);
    } else {
      ask(parent, over, then);
    }
  }

  /** Whether the node has a header. */
  private void ask(Hash block, int over, Consumer<Boolean> then) {
    hub.ask(
        BlockLocator.of(Commands.GETHEADERS, ProtocolVersions.OWN, List.of(), block),
        outcome -> {
          if (over == connection && node != null) {
            then.accept(isHeader(block, outcome));
          }
        });
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
    Pending found = byHash.get(block);
    return found == null ? null : found.block;
  }

  /** The header of a block on which another may build. Any thread. */
  @Nullable BlockHeader header(Hash block) {
    Pending found = byHash.get(block);
    return found != null && (found.isGiven || node == null) ? BlockHeader.of(found.block) : null;
  }

  /**
   * Whether a block need not come again. What the node did not take, because it was too new for
   * example, may. Any thread.
   */
  boolean isKnown(Hash block) {
    Pending found = byHash.get(block);
    return found != null
        && (!found.isProcessed || hub.loop().nanoTime() - found.processed < PATIENCE.toNanos());
  }

  /** Hands a block in, now or as soon as there is a node. */
  void add(Client from, Hash hash, Message block) {
    Pending fresh = new Pending(hash, block);
    Pending before = byHash.put(hash, fresh);
    if (before != null) {
      order.remove(before);
      bytes -= before.block.size();
    }
    order.add(fresh);
    bytes += block.size();
    while (order.size() > MOST || bytes > MOST_BYTES) {
      Pending dropped = order.remove();
      byHash.remove(dropped.hash, dropped);
      bytes -= dropped.block.size();
    }
    if (node == null) {
      hub.counters().count(Counter.SUBMIT_BLOCK_DISCONNECTED);
      from.processed(Client.cost(block));
    } else {
      handIn(fresh, () -> from.processed(Client.cost(block)));
    }
  }

  private void handIn(Pending each, Runnable done) {
    NodeInfo to = node;
    if (to == null || each.isGiven || each.isAnnounced) {
      done.run();
      return;
    }
    hub.counters().count(Counter.SUBMIT_BLOCK);
    if (to.takesUnrequested()) {
      each.isGiven = true;
      seat.submit(each.block, new Receipt(each, done));
    } else {
      each.isAnnounced = true;
      done.run();
      seat.submit(Inventory.of(Commands.INV, InventoryVector.BLOCK, each.hash), Hub.Receipt.NONE);
    }
  }

  private final class Receipt implements Hub.Receipt {
    private final Pending each;
    private final Runnable done;

    Receipt(Pending each, Runnable done) {
      this.each = each;
      this.done = done;
    }

    @Override
    public void processed(long took) {
      done.run();
      processedNow(each);
    }

    @Override
    public void lost() {
      done.run();
    }
  }

  private void processedNow(Pending each) {
    each.processed = hub.loop().nanoTime();
    each.isProcessed = true;
    desk.verify(each.hash);
  }

  /** The node has fetched a block that was announced to it. */
  void fetched(Hash hash) {
    Pending found = byHash.get(hash);
    if (found != null) {
      found.isGiven = true;
      processedNow(found);
      for (Pending each : List.copyOf(order)) {
        if (BlockHeader.of(each.block).previous().equals(hash)) {
          handIn(each, () -> {});
        }
      }
    }
  }
}
