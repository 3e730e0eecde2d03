package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderTree.Result;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.headers.sync.BestChainSearch;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Knows what the node's best block is and tells everybody.
 *
 * <p>The node announces a block only to a connection that has not seen its header, and on a shared
 * connection any client's {@code getheaders} shows it. So every message that carries headers is
 * looked at, and an unknown hash in an {@code inv} sets a {@link BestChainSearch} going. A node
 * that announces hashes it cannot prove costs itself two small questions at most for each, and a
 * flood of them no more than a few.
 *
 * <p>What clients are told is the way from the last best block that they could know of. If the node
 * of a new connection has an earlier one, as one that catches up, nobody is told; if it has another
 * chain, everybody is.
 *
 * <p>Confined to the hub's loop.
 */
final class TipTracker {

  /** Hears what is found out before everybody else does. */
  interface Listener {

    /** The node announced a block of which nothing is known. */
    void unknownBlock();

    /** Whatever the node announced is known by now, or not of its chain. */
    void nothingUnknown();

    /** The node's best block is another one, of which nobody needs to hear. */
    void moved();

    /**
     * The node has another best block.
     *
     * @param headers that lead there
     * @return whether anybody else is to hear of it
     */
    boolean newBlocks(List<BlockHeader> headers);
  }

  /** So many announced hashes wait for an answer; a node announces one or two at a time. */
  private static final int MOST_PENDING = 128;

  /** So many announced hashes are not asked about again on the same connection. */
  private static final int MOST_TRIED = 1024;

  private final EngineContext engine;
  private final Counters counters;
  private final HeaderWindow chain;
  private final BestChainSearch search;
  private final BoundedSet<Hash> pending = new BoundedSet<>(MOST_PENDING);
  private final BoundedSet<Hash> tried = new BoundedSet<>(MOST_TRIED);

  private final Listener listener;

  private int stated;
  private boolean wasNotReady; // and clients may have been told that there is nothing

  /** A desk at which nothing has happened. */
  TipTracker(EngineContext engine, HeaderWindow chain, BestChainSearch search, Listener listener) {
    this.engine = engine;
    this.listener = listener;
    this.counters = engine.counters();
    this.chain = chain;
    this.search = search;
  }

  /** A connection is ready: what the node said on the last is not said of this one. */
  void connected(int height) {
    stated = height;
    wasNotReady = false;
    tried.clear();
    pending.clear();
  }

  /** The node announced a block by its hash. */
  void announced(Hash block) {
    if (chain.contains(block)) {
      passes(block); // of a node that was behind
    } else if (tried.add(block)) {
      listener.unknownBlock();
      pending.add(block);
      search.extend();
    }
  }

  /** The node sent headers, asked by whomever. */
  void saw(Headers headers) {
    if (headers.size() == 0) {
      return;
    }
    if (search.hasFound() && chain.add(headers) == Result.UNTRUE) {
      counters.count(Counter.NEWS_HEADERS_UNTRUE);
    } else {
      passes(headers.hash(headers.size() - 1));
    }
  }

  /** The node sent a block in whatever form, asked by whomever. */
  void saw(BlockHeader header) {
    if (!search.hasFound() || chain.add(header) == Result.CONNECTED) {
      passes(header.hash());
    }
  }

  /** Whether the node of this connection has shown where its best chain ends. */
  boolean hasFound() {
    return search.hasFound();
  }

  private void passes(Hash block) {
    if (!search.hasFound()) {
      search.passes(block);
      return;
    }
    List<BlockHeader> way = chain.advance(block);
    if (!way.isEmpty()) {
      publish(way);
    }
  }

  /** The node does not say what its chain is. */
  void notReady() {
    wasNotReady = true;
    silent();
  }

  /** The node did not say whether it has what it announced. */
  void silent() {
    count(pending.drain());
  }

  /** The node's best chain ends here. */
  void found(Hash tip, int height, Function<Hash, @Nullable BlockHeader> headers) {
    boolean isFirst = chain.tip() == null;
    List<BlockHeader> way = chain.follow(tip, height, headers);
    if (isFirst && height <= stated && !wasNotReady) {
      way = List.of(); // clients were told when they came
    } else if (wasNotReady && way.isEmpty()) {
      way = List.of(Objects.requireNonNull(chain.tip()));
    }
    wasNotReady = false;
    if (!search.isUnderWay()) {
      count(pending.drain());
      listener.nothingUnknown();
    }
    if (way.isEmpty()) {
      listener.moved();
    } else {
      publish(way);
    }
  }

  /** A block was handed in: asks whether the node took it. The answer becomes news by itself. */
  void verify(Hash block) {
    // The stop hash makes this question differ from all that were asked before the block went out,
    // so that it is not joined with one of them.
    engine.ask(
        BlockLocator.of(Commands.GETHEADERS, ProtocolVersions.OWN, chain.locator(), block),
        outcome ->
            counters.count(
                chain.contains(block)
                    ? Counter.SUBMIT_BLOCK_TAKEN
                    : Counter.SUBMIT_BLOCK_NOT_TAKEN));
  }

  private void publish(List<BlockHeader> headers) {
    if (listener.newBlocks(headers)) {
      counters.count(Counter.NEWS_BLOCKS);
      engine.publish(new TipNotification(headers));
    }
  }

  private void count(List<Hash> announced) {
    announced.removeIf(chain::contains);
    counters.counter(Counter.NEWS_BLOCKS_UNPROVEN).add(announced.size());
  }
}
