package org.bitcoinmultiplexer.bitcoin.news;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockCheck;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Verdict;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.Hub;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks that clients have and the node may not: fetched, checked, handed in.
 *
 * <p>The node disconnects whoever sends a block on an unknown parent or one that is not what its
 * header says, and with us all clients. So a block is handed in only if it builds on a recent
 * header, claims the difficulty it must, and passes every check that takes no other block. It is
 * news only when the node shows its header.
 *
 * <p>Confined to the hub's loop, but for {@link #flaw}.
 */
final class BlockSubmissions {

  private static final Logger log = LoggerFactory.getLogger(BlockSubmissions.class);

  /** Bodies kept for the node to ask for, by number and by size together. */
  private static final int MOST_KEPT = 4;

  private static final long MOST_KEPT_BYTES = 8_000_000;

  /** A peer announces no more headers than this at once (BIP130, MAX_BLOCKS_TO_ANNOUNCE). */
  private static final int MOST_ANNOUNCED = 8;

  private final Counters counters;
  private final Network network;
  private final boolean enabled;
  private final RecentHeaders chain;
  private final HeaderRules rules;
  private final BlockDesk desk;
  private final Announcers announcers;
  private final Fetches fetches;
  private final Hub.Seat seat;
  private final Map<Hash, Message> kept = new ConcurrentHashMap<>();
  private final Deque<Hash> order = new ArrayDeque<>();
  private long keptBytes;
  private @Nullable NodeInfo node;

  BlockSubmissions(
      Hub hub,
      Network network,
      boolean enabled,
      RecentHeaders chain,
      BlockDesk desk,
      Announcers announcers,
      Fetches fetches) {
    this.counters = hub.counters();
    this.network = network;
    this.enabled = enabled;
    this.chain = chain;
    this.rules = new HeaderRules(network);
    this.desk = desk;
    this.announcers = announcers;
    this.fetches = fetches;
    this.seat = hub.seat();
  }

  /**
   * There is another connection, or none. What was handed in on the last may not have arrived, so
   * nothing is built on it any more.
   */
  void connected(@Nullable NodeInfo ready) {
    node = ready;
    kept.clear();
    order.clear();
    keptBytes = 0;
  }

  /** A block that was handed in on this connection lately, with witness. Any thread. */
  @Nullable Message find(Hash block) {
    return kept.get(block);
  }

  /**
   * A client announced a block by its hash.
   *
   * @return whether it is one that nobody knew and is to be fetched
   */
  boolean announced(Client from, Hash block) {
    if (isKnown(block)) {
      return false;
    }
    if (!enabled) {
      counters.count(Counter.SUBMIT_BLOCK_DISABLED);
      return false;
    }
    want(from, block);
    return true;
  }

  /**
   * A client announced blocks by their headers.
   *
   * @return whether there was one that nobody knew and is to be fetched
   */
  boolean announced(Client from, Headers headers) {
    if (headers.size() > MOST_ANNOUNCED) {
      return false;
    }
    Map<Hash, BlockHeader> fresh = new HashMap<>();
    for (int i = 0; i < headers.size(); i++) {
      BlockHeader header = BlockHeader.at(headers.array(), headers.offset(i));
      if (isKnown(header.hash())) {
        continue;
      }
      if (!enabled) {
        counters.count(Counter.SUBMIT_BLOCK_DISABLED);
        return false;
      }
      if (flaw(header, hash -> fresh.containsKey(hash) ? fresh.get(hash) : header(hash)) != null) {
        break;
      }
      fresh.put(header.hash(), header);
      want(from, header.hash());
    }
    return !fresh.isEmpty();
  }

  private void want(Client from, Hash block) {
    if (announcers.add(block, from, InventoryVector.WITNESS_BLOCK)) {
      fetches.want(block);
    }
  }

  /**
   * Looks at headers with which a client answers the node. Any thread.
   *
   * @param headers any number
   * @return what is wrong with them, null if they may be shown to the node
   */
  @Nullable String flaw(Headers headers) {
    Map<Hash, BlockHeader> before = new HashMap<>();
    for (int i = 0; i < headers.size(); i++) {
      BlockHeader header = BlockHeader.at(headers.array(), headers.offset(i));
      String flaw =
          i > 0 && !before.containsKey(header.previous())
              ? "header " + i + " does not build on the one before"
              : flaw(header, hash -> before.containsKey(hash) ? before.get(hash) : header(hash));
      if (flaw != null) {
        return flaw;
      }
      before.put(header.hash(), header);
    }
    return null;
  }

  /**
   * Looks at a block that a client submits; takes milliseconds for a large one. Any thread.
   *
   * @return what is wrong with it, null if it may be handed in
   * @throws MalformedMessageException if it does not even have a header
   */
  @Nullable String flaw(Message block) {
    BlockHeader header = BlockHeader.of(block);
    if (!enabled) {
      counters.count(Counter.SUBMIT_BLOCK_DISABLED);
      return "submitting blocks is switched off";
    }
    if (isKnown(header.hash())) {
      counters.count(Counter.SUBMIT_BLOCK_KNOWN);
      return "known";
    }
    String flaw = flaw(header, this::header);
    if (flaw != null) {
      return flaw;
    }
    Verdict verdict = BlockCheck.verdict(block, network);
    if (!verdict.isValid()) {
      counters.count(Counter.SUBMIT_BLOCK_INVALID);
      return verdict.reason();
    }
    return null;
  }

  private @Nullable String flaw(BlockHeader header, Function<Hash, @Nullable BlockHeader> known) {
    BlockHeader parent = known.apply(header.previous());
    if (parent == null) {
      counters.count(Counter.SUBMIT_BLOCK_ORPHAN);
      return "its parent " + header.previous() + " is not among the recent blocks";
    }
    String flaw =
        header.hasProofOfWork(network)
            ? rules.flaw(header, parent, height(parent, known), known)
            : "no proof of work for bits %08x".formatted(header.bits());
    if (flaw != null) {
      counters.count(Counter.SUBMIT_BLOCK_INVALID);
    }
    return flaw;
  }

  /** The height of a header on the window; -1 if it cannot be told. */
  private int height(BlockHeader header, Function<Hash, @Nullable BlockHeader> known) {
    @Nullable BlockHeader at = header;
    for (int above = 0; at != null && above <= Headers.MAX_SIZE; above++) {
      int height = chain.height(at.hash());
      if (height >= 0) {
        return height + above;
      }
      at = known.apply(at.previous());
    }
    return -1;
  }

  private boolean isKnown(Hash block) {
    return chain.contains(block) || kept.containsKey(block);
  }

  private @Nullable BlockHeader header(Hash block) {
    BlockHeader header = chain.header(block);
    if (header == null) {
      Message submitted = kept.get(block);
      return submitted == null ? null : BlockHeader.of(submitted);
    }
    return header;
  }

  /**
   * A client sent a block.
   *
   * @param flaw what {@link #flaw(Message)} said of it
   */
  void submitted(Client from, Message block, @Nullable String flaw) {
    Hash hash = BlockHeader.of(block).hash();
    if (isKnown(hash)) {
      fetches.arrived(hash);
      announcers.forget(hash);
    } else if (flaw != null) {
      log.debug("block {} of {} dropped: {}", hash, from.remote(), flaw);
      fetches.refused(from, hash);
    } else {
      fetches.arrived(hash);
      announcers.forget(hash);
      if (header(BlockHeader.of(block).previous()) != null) {
        handIn(from, hash, block);
        return;
      }
      counters.count(Counter.SUBMIT_BLOCK_ORPHAN); // it was none when the block was looked at
    }
    from.processed(Client.cost(block));
  }

  private void handIn(Client from, Hash hash, Message block) {
    NodeInfo to = node;
    if (to == null) {
      counters.count(Counter.SUBMIT_BLOCK_DISCONNECTED);
      from.processed(Client.cost(block));
      return;
    }
    counters.count(Counter.SUBMIT_BLOCK);
    kept.put(hash, block);
    order.add(hash);
    keptBytes += block.size();
    while (order.size() > MOST_KEPT || keptBytes > MOST_KEPT_BYTES) {
      Message dropped = kept.remove(order.remove());
      keptBytes -= dropped == null ? 0 : dropped.size();
    }
    if (to.takesUnrequested()) {
      seat.submit(block, new Receipt(from, hash, Client.cost(block)));
    } else {
      from.processed(Client.cost(block));
      seat.submit(Inventory.of(Commands.INV, InventoryVector.BLOCK, hash), Hub.Receipt.NONE);
    }
  }

  private final class Receipt implements Hub.Receipt {
    private final Client from;
    private final Hash hash;
    private final int cost;

    Receipt(Client from, Hash hash, int cost) {
      this.from = from;
      this.hash = hash;
      this.cost = cost;
    }

    @Override
    public void processed(long took) {
      from.processed(cost);
      desk.verify(hash);
    }

    @Override
    public void lost() {
      from.processed(cost);
    }
  }

  /** The node has fetched a block that was announced to it. */
  void fetched(Hash hash) {
    desk.verify(hash);
  }
}
