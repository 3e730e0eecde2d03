package org.bitcoinmultiplexer.bitcoin.relay;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderTree.Result;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.headers.sync.BestChainSearch;
import org.bitcoinmultiplexer.bitcoin.headers.sync.HeaderSync;
import org.bitcoinmultiplexer.bitcoin.node.NodeModel;
import org.bitcoinmultiplexer.bitcoin.node.TipNotification;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what the node's best block is and tells everybody; the header chain, if that is kept,
 * before all others.
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
 * <p>Confined to the engine's loop.
 */
final class TipTracker {

  /** Hears what is found out before everybody else does. */
  interface Listener {

    /** The node's best block is another one. */
    void moved();

    /**
     * Everybody is about to hear of it.
     *
     * @param headers that lead there
     */
    void newBlocks(List<BlockHeader> headers);

    /** It is known where the node's best chain ends. */
    void tipFound();

    /** Everybody has heard of another best block, or knew it. */
    void tipChanged();
  }

  /** So many announced hashes wait for an answer; a node announces one or two at a time. */
  private static final int MOST_PENDING = 128;

  /** So many announced hashes are not asked about again on the same connection. */
  private static final int MOST_TRIED = 1024;

  private final EngineContext engine;
  private final Network network;
  private final Counters counters;
  private final NodeModel node;
  private final HeaderWindow chain;
  private final BestChainSearch search;
  private final BoundedSet<Hash> pending = new BoundedSet<>(MOST_PENDING);
  private final BoundedSet<Hash> tried = new BoundedSet<>(MOST_TRIED);

  private final Listener listener;

  private int stated;
  private boolean wasNotReady; // and clients may have been told that there is nothing

  /** Nothing is known. */
  TipTracker(
      EngineContext engine,
      Network network,
      InstantSource clock,
      NodeModel node,
      Listener listener) {
    this.engine = engine;
    this.network = network;
    this.listener = listener;
    this.counters = engine.counters();
    this.node = node;
    this.chain = node.recentHeaders();
    this.search = new BestChainSearch(engine, network, clock, chain, new SearchListener());
  }

  /**
   * Keeps the whole header chain from now on.
   *
   * @param path of a file to keep it in over restarts; null for none
   * @param io reads and writes the file, one task after the other
   * @return who keeps it
   */
  HeaderSync keepHeaders(@Nullable Path path, Executor io) {
    HeaderSync sync = new HeaderSync(engine, network, path, io, search::isRead);
    node.keepHeaders(sync);
    search.readInto(sync);
    sync.open();
    return sync;
  }

  /**
   * A connection is ready: what the node said on the last is not said of this one.
   *
   * @param height that the node states
   * @param refuse gives the connection up, for a reason
   */
  void connected(int height, Consumer<String> refuse) {
    assert engine.loop().inEventLoop();
    stated = height;
    wasNotReady = false;
    tried.clear();
    pending.clear();
    HeaderSync sync = node.headerSync();
    if (sync != null) {
      sync.connected(height, refuse);
    }
    search.connected(height, refuse);
  }

  /** The connection is gone. */
  void disconnected() {
    assert engine.loop().inEventLoop();
    search.disconnected();
    HeaderSync sync = node.headerSync();
    if (sync != null) {
      sync.disconnected();
    }
  }

  /** The node announced a block by its hash. */
  void announced(Hash block) {
    assert engine.loop().inEventLoop();
    if (chain.contains(block)) {
      passes(block); // of a node that was behind
    } else if (tried.add(block)) {
      node.behind(true);
      pending.add(block);
      search.extend();
    }
  }

  /** The node sent headers, asked by whomever. */
  void onHeaders(Headers headers) {
    assert engine.loop().inEventLoop();
    if (headers.size() > 0) {
      tellOfChange(() -> add(headers));
    }
  }

  private void add(Headers headers) {
    if (search.hasFound() && chain.add(headers) == Result.UNTRUE) {
      counters.count(Counter.NEWS_HEADERS_UNTRUE);
    } else {
      passes(headers.hash(headers.size() - 1));
    }
  }

  /** The node sent a block in whatever form, asked by whomever. */
  void onHeader(BlockHeader header) {
    assert engine.loop().inEventLoop();
    tellOfChange(() -> add(header));
  }

  private void add(BlockHeader header) {
    if (!search.hasFound() || chain.add(header) == Result.CONNECTED) {
      passes(header.hash());
    }
  }

  /** Whether the node of this connection has shown where its best chain ends. */
  boolean hasFound() {
    return search.hasFound();
  }

  private void tellOfChange(Runnable look) {
    BlockHeader before = chain.tip();
    look.run();
    if (chain.tip() != before) {
      listener.tipChanged();
    }
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

  /** The node's best chain ends here. */
  private void found(Hash tip, int height, Function<Hash, @Nullable BlockHeader> headers) {
    boolean isFirst = chain.tip() == null;
    List<BlockHeader> way = chain.follow(tip, height, headers);
    if (isFirst && height <= stated && !wasNotReady) {
      way = List.of(); // clients were told when they came
    } else if (wasNotReady && way.isEmpty()) {
      way = List.of(Objects.requireNonNull(chain.tip()));
    }
    wasNotReady = false;
    if (!search.isUnderWay()) {
      unproven(pending.drain());
      node.behind(false);
    }
    if (way.isEmpty()) {
      moved();
    } else {
      publish(way);
    }
  }

  /** A block was handed in: asks whether the node took it. The answer becomes news by itself. */
  void verify(Hash block) {
    assert engine.loop().inEventLoop();
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
    HeaderSync sync = node.headerSync();
    if (sync != null && !sync.news(headers)) {
      return;
    }
    moved();
    listener.newBlocks(headers);
    counters.count(Counter.NEWS_BLOCKS);
    engine.publish(new TipNotification(headers));
  }

  private void moved() {
    node.followed();
    listener.moved();
  }

  private void unproven(List<Hash> announced) {
    announced.removeIf(chain::contains);
    counters.counter(Counter.NEWS_BLOCKS_UNPROVEN).add(announced.size());
  }

  /** Hands where the node's chain ends to the header chain before anybody else. */
  private final class SearchListener implements BestChainSearch.Listener {

    @Override
    public void found(Hash tip, int height, Function<Hash, @Nullable BlockHeader> headers) {
      HeaderSync sync = node.headerSync();
      if (sync != null) {
        sync.found(tip);
      }
      BlockHeader before = chain.tip();
      TipTracker.this.found(tip, height, headers);
      listener.tipFound();
      if (before == null || !before.hash().equals(tip)) {
        listener.tipChanged();
      }
    }

    @Override
    public void silent() {
      unproven(pending.drain());
    }

    @Override
    public void notReady() {
      wasNotReady = true;
      silent();
    }
  }
}
