package org.bitcoinmultiplexer.bitcoin.news;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.cache.chain.Added;
import org.bitcoinmultiplexer.cache.chain.ChainView;
import org.bitcoinmultiplexer.cache.chain.HeaderChain;
import org.bitcoinmultiplexer.cache.chain.HeaderFile;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.Hub;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the whole header chain of the node: what was kept before the start, what is missing asked
 * for 2,000 at a time, and from then on whatever is news.
 *
 * <pre>
 *   LOADING ──read──► INCOMPLETE ──an answer that is not full──► COMPLETE
 *                         ▲                                         │
 *                         └── news that do not connect, no node ────┘
 * </pre>
 *
 * <p>Only a complete chain answers, and only as long as it ends with the node's best block as it is
 * known from elsewhere and no other was announced: whoever is told less than there is believes that
 * he has everything. If there is no node to be asked, what is known is better than nothing.
 *
 * <p>Confined to the hub's loop, except {@link #view} and {@link #known}; reads and writes what is
 * kept on an executor.
 */
final class HeaderSync {

  private static final Logger log = LoggerFactory.getLogger(HeaderSync.class);

  /** With so many headers whatever is heard of next connects. */
  private static final int RECENT = 2_000;

  /** After a question without an answer, as of a node that is just starting. */
  private static final Duration RETRY = Duration.ofSeconds(10);

  /** A node that does not answer in a way that can be believed is given up after so many times. */
  private static final int MOST_FAILURES = 3;

  private final Hub hub;
  private final EventLoop loop;
  private final Counters counters;
  private final Network network;
  private final @Nullable Path path;
  private final Executor io;
  private final BiConsumer<List<BlockHeader>, Integer> recent;
  private final HeaderProgress progress;

  private @Nullable HeaderFile file; // confined to the executor
  private @Nullable HeaderChain chain; // null while LOADING
  private volatile @Nullable ChainView known;
  private volatile @Nullable ChainView complete; // null while it is not
  private volatile boolean behind; // the node announced a block that is not known
  private int written; // headers that are in the file, or on their way
  private boolean connected;
  private Consumer<String> refuse = reason -> {};
  private EventLoop.@Nullable Timer retry;
  private boolean asking;
  private boolean again;
  private int failures;
  private int nodeHeight;

  // Where the last full answer ended, since that may be on a branch of less work than is known;
  // and how many headers were known when the node was asked.
  private @Nullable Hash reached;
  private int sizeBefore;

  /**
   * A chain that is not there yet.
   *
   * @param path of the file in which headers are kept; null if they are not
   * @param io reads and writes it, one task after the other
   * @param recent takes the last headers of a complete chain, and the height of the last of them
   */
  HeaderSync(
      Hub hub,
      Network network,
      @Nullable Path path,
      Executor io,
      BiConsumer<List<BlockHeader>, Integer> recent) {
    this.hub = hub;
    this.loop = hub.loop();
    this.counters = hub.counters();
    this.network = network;
    this.path = path;
    this.io = io;
    this.recent = recent;
    this.progress = new HeaderProgress(hub);
  }

  /** Begins to read what was kept. */
  void open() {
    io.execute(this::load);
  }

  private void load() {
    HeaderChain read = new HeaderChain(network);
    HeaderFile opened = null;
    if (path != null) {
      long start = System.nanoTime();
      try {
        opened = HeaderFile.open(path, read);
        log.info(
            "headers: {} are kept, up to height {}; read in {} ms",
            opened.size() - 1,
            read.view().height(),
            (System.nanoTime() - start) / 1_000_000);
      } catch (IOException | IllegalArgumentException e) {
        log.warn("headers are not kept: {}", e.toString());
      }
    }
    file = opened;
    loop.execute(() -> loaded(read));
  }

  private void loaded(HeaderChain read) {
    chain = read;
    known = read.view();
    written = read.view().size();
    if (read.view().height() > 0) {
      tellRecent(read.view());
    }
    askNext();
  }

  /** Closes the file, once what is on its way to it is written. Any thread. */
  void close() {
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

  private void tellRecent(ChainView view) {
    List<BlockHeader> last =
        IntStream.rangeClosed(Math.max(1, view.height() - RECENT + 1), view.height())
            .mapToObj(height -> view.header(view.hash(height)).orElseThrow())
            .toList();
    recent.accept(last, view.height());
  }

  /**
   * The chain, if it is complete.
   *
   * @param tip the node's best block, as far as it is known
   */
  @Nullable ChainView view(@Nullable BlockHeader tip) {
    ChainView view = behind ? null : complete;
    return view != null && tip != null && view.tip().equals(tip.hash()) ? view : null;
  }

  /** The chain as far as it is known; null if it is not yet read. */
  @Nullable ChainView known() {
    return known;
  }

  /** Whether the node announced a block that is not known. */
  void behind(boolean is) {
    behind = is;
  }

  /**
   * A node is there.
   *
   * @param height that it states
   * @param refuse gives the connection up, for a reason
   */
  void connected(int height, Consumer<String> refuse) {
    connected = true;
    this.refuse = refuse;
    behind = false;
    nodeHeight = height;
    progress.target(height);
    failures = 0;
    askNext();
  }

  void disconnected() {
    connected = false;
    reached = null;
    complete = null;
    if (retry != null) {
      retry.cancel();
      retry = null;
    }
    progress.stops();
  }

  /**
   * The node has other blocks: before anybody else hears of them.
   *
   * @return false if they do not fit the network, for which the node is given up
   */
  boolean news(List<BlockHeader> headers) {
    HeaderChain to = chain;
    if (to == null) {
      return true;
    }
    byte[] bytes = new byte[headers.size() * BlockHeader.SIZE];
    for (int i = 0; i < headers.size(); i++) {
      headers.get(i).write(bytes, i * BlockHeader.SIZE);
    }
    Added added = to.add(bytes, 0, headers.size());
    if (added.isConnected()) {
      added(to);
      return true;
    }
    complete = null;
    if (added.outcome() == Added.Outcome.INVALID) {
      keep(to.view());
      refuse(added);
      return false;
    }
    askNext();
    return true;
  }

  private void refuse(Added added) {
    counters.count(Counter.NEWS_HEADERS_UNTRUE);
    refuse.accept("its headers do not fit the network: " + added.flaw());
  }

  private void added(HeaderChain to) {
    keep(to.view());
    ChainView before = complete;
    if (before != null) {
      complete = to.view();
      if (!before.tip().equals(to.view().tip())) {
        progress.moved(to.view().height());
      }
    }
  }

  private void askNext() {
    HeaderChain to = chain;
    if (to == null || !connected) {
      return;
    }
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    again = false;
    if (retry != null) {
      retry.cancel();
      retry = null;
    }
    ChainView view = to.view();
    sizeBefore = view.size();
    progress.asks(view.height());
    List<Hash> locator = new ArrayList<>(view.locator());
    if (reached != null) {
      locator.add(0, reached);
    }
    hub.ask(
        BlockLocator.of(Commands.GETHEADERS, ProtocolVersions.OWN, locator, Hash.ZERO),
        outcome -> {
          asking = false;
          answered(to, outcome);
        });
  }

  private void answered(HeaderChain to, Outcome outcome) {
    if (!(outcome instanceof Outcome.Answered answered)) {
      boolean isRefused =
          outcome instanceof Outcome.Failed && connected && ++failures == MOST_FAILURES;
      if (isRefused) {
        refuse.accept("it does not say what its chain is");
      } else if (again) {
        askNext();
      } else if (connected) {
        retry = loop.schedule(RETRY, this::askNext);
      }
      return;
    }
    failures = 0;
    Headers headers = Headers.parse(answered.message());
    Added added = to.add(headers);
    keep(to.view());
    if (!added.isConnected()) {
      complete = null;
      refuse(added);
    } else if (headers.size() == Headers.MAX_SIZE && !leadsOn(to.view(), headers)) {
      reached = null;
      retry = loop.schedule(RETRY, this::askNext);
    } else if (headers.size() == Headers.MAX_SIZE || again || isCutShort(to.view(), added)) {
      progress.grew(to.view().height());
      askNext();
    } else {
      completed(to.view());
    }
  }

  /** Whether a full answer ended further on than the one before: else the next would do neither. */
  private boolean leadsOn(ChainView view, Headers headers) {
    Hash last = headers.hash(headers.size() - 1);
    int before = reached == null ? -1 : view.height(reached);
    boolean isTip = last.equals(view.tip());
    reached = isTip ? null : last;
    return view.size() > sizeBefore || (!isTip && view.height(last) > before);
  }

  /** Whether the node had said that there was more: then who asks on is told, or that it is not. */
  private boolean isCutShort(ChainView view, Added added) {
    return added.fresh() > 0 && view.height() < nodeHeight;
  }

  private void completed(ChainView view) {
    reached = null;
    ChainView before = complete;
    complete = view;
    if (before == null) {
      progress.completed(view.height());
      if (view.height() > 0) {
        tellRecent(view);
      }
    } else if (!before.tip().equals(view.tip())) {
      progress.moved(view.height());
    }
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
