package org.bitcoinmultiplexer.bitcoin.relay;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOCKS_TO_ANNOUNCE;
import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockCheck;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Verdict;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.headers.GenesisHeaders;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderRules;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks that clients have and the node may not: fetched, checked, handed in.
 *
 * <p>The last few are kept: a block that came while there was no node, or whose connection was lost
 * before the node had it in its chain, is handed in on the next, if that node has its parent.
 *
 * <p>The node disconnects whoever sends a block on an unknown parent or one that is not what its
 * header says, and with us all clients. So a block is handed in only if it builds on a recent
 * header, claims the difficulty it must, and passes every check that takes no other block. It is
 * news only when the node shows its header.
 *
 * <p>Confined to the engine's loop, but for {@link #flaw}.
 */
final class BlockSubmissions {

  private static final Logger log = LoggerFactory.getLogger(BlockSubmissions.class);

  /** So many of a client's blocks are fetched; it is asked on once the node has them. */
  static final int MOST_FETCHED = PendingBlocks.MOST;

  private static final String NO_PARENT = "its parent is not among the recent blocks";

  private final Counters counters;
  private final Network network;
  private final boolean enabled;
  private final HeaderWindow chain;
  private final Announcers announcers;
  private final DataRequestTracker fetches;
  private final BlockHeader genesis;
  private final OrphanBlocks orphans;
  private final OrphanBlocks orphanHeaders; // of blocks that only their client can give
  private final PendingBlocks pending;
  private final HeaderRequests ahead;
  private volatile @Nullable NodeInfo node;

  BlockSubmissions(
      EngineContext engine,
      Network network,
      boolean enabled,
      HeaderWindow chain,
      TipTracker tips,
      Announcers announcers,
      DataRequestTracker fetches) {
    this.counters = engine.counters();
    this.network = network;
    this.enabled = enabled;
    this.chain = chain;
    this.announcers = announcers;
    this.fetches = fetches;
    this.genesis = GenesisHeaders.of(network);
    this.pending = new PendingBlocks(engine, genesis.hash(), chain, tips);
    this.ahead = new HeaderRequests(engine, chain);
    this.orphans = new OrphanBlocks(engine.loop(), hash -> header(hash) != null);
    this.orphanHeaders = new OrphanBlocks(engine.loop(), hash -> header(hash) != null);
  }

  /** There is another connection, or none. */
  void connected(@Nullable NodeInfo ready) {
    node = ready;
    pending.connected(ready);
  }

  /** A block that was handed in lately, with witness. Any thread. */
  @Nullable Message find(Hash block) {
    return pending.find(block);
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
   * A client announced blocks by their headers, or answered with them. The first few are fetched if
   * they lead to as much work as the node's best block has.
   *
   * @return whether there was one that nobody knew and is to be fetched
   */
  boolean announced(Client from, Headers headers) {
    Map<Hash, BlockHeader> fresh = new LinkedHashMap<>();
    @Nullable Hash last = null;
    boolean hasMore = headers.size() == MAX_HEADERS_RESULTS;
    for (int i = 0; i < headers.size(); i++) {
      BlockHeader header = BlockHeader.at(headers.array(), headers.offset(i));
      if (isKnown(header.hash())) {
        continue;
      }
      if (!enabled) {
        counters.count(Counter.SUBMIT_BLOCK_DISABLED);
        return false;
      }
      if (fresh.isEmpty() && header(header.previous()) == null) {
        await(from, header.previous(), headers);
        ahead.ask(from);
        return false;
      }
      if (fresh.size() == MOST_FETCHED) {
        hasMore = true;
        break;
      }
      if (flaw(header, hash -> fresh.containsKey(hash) ? fresh.get(hash) : header(hash)) != null) {
        break;
      }
      last = header.hash();
      fresh.put(last, header);
    }
    if (last == null) {
      return false;
    }
    if (chain.hasLessWork(last, hash -> fresh.containsKey(hash) ? fresh.get(hash) : header(hash))) {
      counters.count(Counter.SUBMIT_BLOCK_LESS_WORK);
      return false;
    }
    fresh.keySet().forEach(hash -> want(from, hash));
    ahead.answered(from, hasMore ? last : null);
    return true;
  }

  /** A client is gone. */
  void left(Client client) {
    ahead.left(client);
    orphanHeaders.left(client);
  }

  /** The node has other blocks: who has more than these is asked on. */
  void moved() {
    ahead.moved();
    pending.moved();
  }

  /** It is known where the node's best chain ends. */
  void tipFound() {
    pending.tipFound();
  }

  /**
   * Shows the node headers of a client that it asked for.
   *
   * @param headers without {@link #flaw}, at least one
   * @param then hears whether they were shown, or the node does not know what they build on
   */
  void show(Headers headers, Consumer<Boolean> then) {
    pending.show(headers, then);
  }

  /** The node asks for a block that is not here: whoever announced it is asked. */
  void requested(Hash block) {
    if (enabled && announcers.first(block) != null) {
      pending.requested(block);
      fetches.want(block);
    }
  }

  /** What the first builds on may be on its way here. */
  private void await(Client from, Hash parent, Headers headers) {
    counters.count(Counter.SUBMIT_BLOCK_ORPHAN);
    if (headers.size() > MAX_BLOCKS_TO_ANNOUNCE) {
      return;
    }
    orphanHeaders.add(
        from,
        parent,
        headers.size() * BlockHeader.SIZE,
        new OrphanBlocks.Waiting() {
          @Override
          public void parentKnown() {
            var unused = announced(from, headers);
            fetches.flush();
          }

          @Override
          public void givenUp() {}
        });
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
      return NO_PARENT;
    }
    String flaw = HeaderRules.flaw(network, header, parent, height(parent, known), known);
    if (flaw != null) {
      counters.count(Counter.SUBMIT_BLOCK_INVALID);
    }
    return flaw;
  }

  /** The height of a header on the window; -1 if it cannot be told. */
  private int height(BlockHeader header, Function<Hash, @Nullable BlockHeader> known) {
    @Nullable BlockHeader at = header;
    for (int above = 0; at != null && above <= MAX_HEADERS_RESULTS; above++) {
      int height = chain.height(at.hash());
      if (height >= 0) {
        return height + above;
      }
      at = known.apply(at.previous());
    }
    return -1;
  }

  private boolean isKnown(Hash block) {
    return chain.contains(block) || pending.isKnown(block);
  }

  /** A header on which blocks of clients may build. Any thread. */
  @Nullable BlockHeader header(Hash block) {
    BlockHeader header = chain.header(block);
    if (header == null && block.equals(genesis.hash()) && isNearGenesis()) {
      return genesis;
    }
    return header != null ? header : pending.header(block);
  }

  private boolean isNearGenesis() {
    NodeInfo to = node;
    return chain.tip() == null ? to != null && to.height() == 0 : chain.contains(genesis.hash());
  }

  /**
   * A client sent a block.
   *
   * @param flaw what {@link #flaw(Message)} said of it
   */
  void submitted(Client from, Message block, @Nullable String flaw) {
    Hash hash = BlockHeader.of(block).hash();
    Runnable done = () -> from.processed(Client.cost(block));
    boolean isKnown = isKnown(hash);
    if (!isKnown && flaw != null && !flaw.equals(NO_PARENT)) {
      refused(from, hash, flaw);
      done.run();
      return;
    }
    fetches.arrived(hash);
    if (isKnown) {
      announcers.forget(hash);
      done.run();
    } else if (header(BlockHeader.of(block).previous()) == null) {
      done.run();
      await(from, hash, block);
    } else if (flaw == null) {
      handIn(from, hash, block, done);
    } else {
      judge(from, hash, block, done); // its parent has come since it was looked at
    }
  }

  private void refused(Client from, Hash hash, String why) {
    log.debug("block {} of {} dropped: {}", hash, from.remote(), why);
    fetches.refused(from, hash);
  }

  private void handIn(Client from, Hash hash, Message block, Runnable done) {
    announcers.forget(hash);
    pending.add(hash, block, from.budget(), done);
  }

  private void judge(Client from, Hash hash, Message block, Runnable done) {
    String flaw = flaw(block);
    if (flaw == null) {
      handIn(from, hash, block, done);
    } else {
      refused(from, hash, flaw);
      done.run();
    }
  }

  /** Its parent may be on its way here. */
  private void await(Client from, Hash hash, Message block) {
    counters.count(Counter.SUBMIT_BLOCK_ORPHAN);
    ahead.ask(from);
    orphans.add(
        from,
        BlockHeader.of(block).previous(),
        block.size(),
        new OrphanBlocks.Waiting() {
          @Override
          public void parentKnown() {
            judge(from, hash, block, () -> {});
            fetches.flush();
          }

          @Override
          public void givenUp() {
            refused(from, hash, "its parent is unknown");
            fetches.flush();
          }
        });
  }

  /** The node has fetched a block that was announced to it. */
  void fetched(Hash hash) {
    pending.fetched(hash);
  }
}
