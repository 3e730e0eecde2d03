package org.bitcoinmultiplexer.bitcoin.headers.sync;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.headers.AddedHeaders;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderChain;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderFile;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderTree;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderView;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the whole header chain of the node: what was kept before the start, what a {@link
 * BestChainSearch} finds on each connection, and from then on whatever is news.
 *
 * <pre>
 *   LOADING ──read──► INCOMPLETE ──where the node's chain ends is found──► COMPLETE
 *                         ▲                                                   │
 *                         └───────────────── no node ────────────────────────┘
 * </pre>
 *
 * <p>The best chain is the node's, even if another one that was shown before has more work: a
 * network may have been reset, and a node may be catching up.
 *
 * <p>Only a complete chain answers, and only as long as it ends with the node's best block as it is
 * known from elsewhere: whoever is told less than there is believes that he has everything. If
 * there is no node to be asked, what is known is better than nothing.
 *
 * <p>Confined to the engine's loop, except {@link #view} and {@link #known}; reads and writes what
 * is kept on an executor.
 */
public final class HeaderSync implements HeaderTree {

  private static final Logger log = LoggerFactory.getLogger(HeaderSync.class);

  private final EventLoop loop;
  private final Counters counters;
  private final @Nullable Path path;
  private final Executor io;
  private final Runnable read;
  private final HeaderProgress progress;

  private @Nullable HeaderFile file; // confined to the executor
  private final HeaderChain kept; // confined to the executor while LOADING
  private final ChainView genesis; // is all there is before
  private @Nullable HeaderChain chain; // the same; null while LOADING
  private volatile @Nullable ChainView known;
  private volatile @Nullable ChainView complete; // null while it is not
  private int written; // headers that are in the file, or on their way
  private Consumer<String> refuse = reason -> {};

  /**
   * A chain that is not there yet.
   *
   * @param engine whose loop this is confined to
   * @param network whose headers these are
   * @param path of the file in which headers are kept; null if they are not
   * @param io reads and writes it, one task after the other
   * @param read is told when what was kept is known
   */
  public HeaderSync(
      EngineContext engine, Network network, @Nullable Path path, Executor io, Runnable read) {
    this.loop = engine.loop();
    this.counters = engine.counters();
    this.kept = new HeaderChain(network);
    this.genesis = kept.view();
    this.path = path;
    this.io = io;
    this.read = read;
    this.progress = new HeaderProgress(engine);
  }

  /** Begins to read what was kept. */
  public void open() {
    io.execute(this::load);
  }

  private void load() {
    HeaderFile opened = null;
    if (path != null) {
      long start = System.nanoTime();
      try {
        opened = HeaderFile.open(path, kept);
        log.info(
            "headers: {} are kept, up to height {}; read in {} ms",
            opened.size() - 1,
            kept.view().height(),
            (System.nanoTime() - start) / 1_000_000);
      } catch (IOException | IllegalArgumentException e) {
        log.warn("headers are not kept: {}", e.toString());
      }
    }
    file = opened;
    loop.execute(this::loaded);
  }

  private void loaded() {
    assert loop.inEventLoop();
    chain = kept;
    known = kept.view();
    written = kept.view().size();
    read.run();
  }

  /** Closes the file, once what is on its way to it is written. Any thread. */
  public void close() {
    try {
      io.execute(this::closeFile);
    } catch (RejectedExecutionException e) {
      log.debug("headers: closed already");
    }
  }

  private void closeFile() {
    HeaderFile open = file;
    file = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        log.warn("headers: {}", e.toString());
      }
    }
  }

  /**
   * The chain, if it is complete.
   *
   * @param tip the node's best block, as far as it is known
   * @return null if it is not, or does not end there. Any thread.
   */
  public @Nullable ChainView view(@Nullable BlockHeader tip) {
    ChainView view = complete;
    return view != null && tip != null && view.tip().equals(tip.hash()) ? view : null;
  }

  /**
   * The chain as far as it is known.
   *
   * @return null if it is not yet read. Any thread.
   */
  public @Nullable ChainView known() {
    return known;
  }

  /**
   * A node is there.
   *
   * @param height that it states
   * @param refuse gives the connection up, for a reason
   */
  public void connected(int height, Consumer<String> refuse) {
    assert loop.inEventLoop();
    this.refuse = refuse;
    complete = null;
    progress.target(height);
    progress.asks(view().height());
  }

  /** The node is gone. */
  public void disconnected() {
    assert loop.inEventLoop();
    refuse = reason -> {};
    complete = null;
    progress.stops();
  }

  @Override
  public HeaderView view() {
    ChainView view = known;
    return view == null ? genesis : view;
  }

  @Override
  public Result add(Headers headers) {
    assert loop.inEventLoop();
    HeaderChain to = chain;
    if (to == null) {
      return Result.UNCONNECTED;
    }
    Result result = result(to.add(headers));
    keep(to.view());
    progress.grew(to.view().height());
    return result;
  }

  private Result result(AddedHeaders added) {
    if (added.outcome() == AddedHeaders.Outcome.INVALID) {
      complete = null;
      refuse.accept("its headers do not fit the network: " + added.flaw());
      return Result.UNTRUE;
    }
    return added.isConnected() ? Result.CONNECTED : Result.UNCONNECTED;
  }

  /**
   * The node's best chain ends with this block.
   *
   * @param tip its hash
   */
  public void found(Hash tip) {
    assert loop.inEventLoop();
    HeaderChain to = chain;
    if (to == null || !to.follow(tip)) {
      return;
    }
    ChainView before = complete;
    ChainView view = to.view();
    keep(view);
    complete = view;
    if (before == null) {
      progress.completed(view.height());
    } else if (!before.tip().equals(view.tip())) {
      progress.moved(view.height());
    }
  }

  /**
   * The node has other blocks: before anybody else hears of them.
   *
   * @param headers of them, the first first
   * @return false if they do not fit the network, for which the node is given up
   */
  public boolean news(List<BlockHeader> headers) {
    assert loop.inEventLoop();
    HeaderChain to = chain;
    if (to == null) {
      return true;
    }
    byte[] bytes = new byte[headers.size() * BlockHeader.SIZE];
    for (int i = 0; i < headers.size(); i++) {
      headers.get(i).write(bytes, i * BlockHeader.SIZE);
    }
    Result added = result(to.add(bytes, 0, headers.size()));
    keep(to.view());
    if (added == Result.CONNECTED) {
      if (complete != null) {
        found(headers.get(headers.size() - 1).hash());
      }
    } else {
      complete = null;
    }
    if (added == Result.UNTRUE) {
      counters.count(Counter.NEWS_HEADERS_UNTRUE);
    }
    return added != Result.UNTRUE;
  }

  /** Keeps what is not kept yet. */
  private void keep(ChainView view) {
    known = view;
    int from = written;
    if (view.size() == from) {
      return;
    }
    counters.counter(Counter.NEWS_HEADERS).add(view.size() - from);
    written = view.size();
    try {
      io.execute(() -> save(view));
    } catch (RejectedExecutionException e) {
      log.debug("headers: closing, {} are not kept", view.size() - from);
    }
  }

  private void save(ChainView view) {
    HeaderFile to = file;
    if (to == null) {
      return;
    }
    try {
      to.save(view);
    } catch (IOException e) {
      log.warn("headers are not kept any more: {}", e.toString());
      closeFile();
    }
  }
}
