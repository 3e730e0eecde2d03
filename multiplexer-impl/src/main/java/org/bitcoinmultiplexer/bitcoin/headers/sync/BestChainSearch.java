package org.bitcoinmultiplexer.bitcoin.headers.sync;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_HEADERS_RESULTS;

import com.google.common.collect.EvictingQueue;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderTree;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Finds out where the best chain of the node ends: on each connection anew, since it may be another
 * node or have another chain, and again whenever there may be more.
 *
 * <pre>
 *   AWAY ──connected──► LOCATING ──────the chain ends──────► FOUND ──there may be more──┐
 *                        │    ▲ └─────full answer: on──┐      ▲  └──stale: every 10 s──┐│
 *                        │    │           ▲            │      │                        ▼▼
 *                 silent or   │           └────────────┘      └────────────────── EXTENDING
 *                 empty ──► NOT READY, 10 s
 * </pre>
 *
 * <p>The first question goes one block below what may be common to both, for an empty answer says
 * nothing: the node may have an earlier block of the locator as its best, or not be ready to tell.
 * After one the next goes further below, down to the genesis block, on which every chain builds. A
 * node that imports blocks is silent, one below its minimum chain work answers with nothing to
 * everything.
 *
 * <p>There is one question at a time. While its best block is older than a day a Core node is
 * catching up itself and announces nothing, so it is asked.
 *
 * <p>Confined to the engine's loop.
 */
public final class BestChainSearch {

  /** Hears what is found. */
  public interface Listener {

    /**
     * The node's best chain ends here.
     *
     * @param tip its last block
     * @param height of it
     * @param headers knows it and those before
     */
    void found(Hash tip, int height, Function<Hash, @Nullable BlockHeader> headers);

    /** The node did not say whether there is more. */
    void silent();

    /** The node does not say what its chain is; it will be asked again. */
    void notReady();
  }

  /** After a question without an answer, as of a node that is just starting. */
  static final Duration RETRY = Duration.ofSeconds(10);

  /** A Core node whose best block is older announces no blocks. */
  private static final Duration STALE = Duration.ofHours(24);

  /** A node that does not answer in a way that can be believed is given up after so many times. */
  private static final int MOST_FAILURES = 3;

  /** So many answers may start elsewhere than where the one before ended. */
  private static final int MOST_DETOURS = 8;

  /** So many headers that pass meanwhile are remembered, the last ones. */
  private static final int MOST_PASSING = 16;

  private final EngineContext engine;
  private final Network network;
  private final InstantSource clock;
  private final Listener listener;
  private HeaderTree known;
  private boolean isKnown = true; // whether the known headers are there, or yet to be read

  private @Nullable Consumer<String> refuse; // null while there is no node
  private int stated;
  private boolean found; // on this connection
  private EventLoop.@Nullable Timer retry;
  private boolean asking;
  private boolean outdated; // is the question under way
  private boolean again;
  private int failures;
  private final EvictingQueue<Hash> passing = EvictingQueue.create(MOST_PASSING);

  // Where the search stands: in the known headers, or in others that begin at the genesis block.
  private HeaderTree tree;
  private Hash from;
  private Hash startedAt; // the tip of then
  private boolean isShown; // the node has shown that it has that block
  private int gap;
  private int detours;

  /**
   * A search without a node.
   *
   * @param engine asks the node
   * @param network whose chain it is
   * @param clock tells whether the chain is old
   * @param known what is known of earlier connections
   * @param listener hears what is found
   */
  public BestChainSearch(
      EngineContext engine,
      Network network,
      InstantSource clock,
      HeaderTree known,
      Listener listener) {
    this.engine = engine;
    this.network = network;
    this.clock = clock;
    this.known = known;
    this.tree = known;
    this.from = network.genesis();
    this.startedAt = from;
    this.listener = listener;
  }

  /**
   * Headers are to be kept elsewhere, where {@link #isRead} will be told to go on.
   *
   * @param tree there
   */
  public void readInto(HeaderTree tree) {
    known = tree;
    isKnown = false;
  }

  /** What was kept is known now. */
  public void isRead() {
    assert engine.loop().inEventLoop();
    isKnown = true;
    if (refuse != null) {
      locate();
    }
  }

  /**
   * A node is there.
   *
   * @param height that it states
   * @param refuse gives the connection up, for a reason
   */
  public void connected(int height, Consumer<String> refuse) {
    assert engine.loop().inEventLoop();
    this.refuse = refuse;
    stated = height;
    found = false;
    failures = 0;
    again = false;
    passing.clear();
    locate();
  }

  /** The node is gone. */
  public void disconnected() {
    assert engine.loop().inEventLoop();
    refuse = null;
    found = false;
    cancelRetry();
  }

  /**
   * Whether where the chain of this node ends has been found, on this connection.
   *
   * @return false while there is none
   */
  public boolean hasFound() {
    return found;
  }

  /**
   * Whether a question is open, or about to be asked, of which the answer may tell of more.
   *
   * @return false if nothing more is to be expected
   */
  public boolean isUnderWay() {
    return asking || again;
  }

  /** There may be more than was found. */
  public void extend() {
    assert engine.loop().inEventLoop();
    if (asking) {
      again = true;
    } else if (found) {
      again = false;
      from = known.view().at(Integer.MAX_VALUE);
      isShown = true;
      start();
    } else if (refuse != null) {
      locate();
    }
  }

  /**
   * A header passes while the end of the chain is not known. The node does not announce what it has
   * shown to anybody, and the answer that ends the search may be an earlier one.
   *
   * @param block its hash
   */
  public void passes(Hash block) {
    assert engine.loop().inEventLoop();
    if (!passing.contains(block)) {
      passing.add(block);
    }
  }

  private void locate() {
    if (isKnown) {
      HeaderView view = known.view();
      from = view.at(Math.max(0, Math.min(stated, view.height()) - 1));
      isShown = false;
      start();
    }
  }

  private void start() {
    tree = known;
    startedAt = known.view().at(Integer.MAX_VALUE);
    gap = 10;
    detours = 0;
    ask();
  }

  private void ask() {
    cancelRetry();
    if (asking) {
      outdated = true;
      return;
    }
    asking = true;
    outdated = false;
    engine.ask(
        BlockLocator.of(
            Commands.GETHEADERS, ProtocolVersions.OWN, tree.view().locator(from), Hash.ZERO),
        this::ended);
  }

  private void ended(Outcome outcome) {
    assert engine.loop().inEventLoop();
    asking = false;
    if (refuse == null) {
      return;
    }
    if (outdated) {
      ask();
    } else if (outcome instanceof Outcome.Answered answered) {
      try {
        answered(Headers.parse(answered.message()));
      } catch (MalformedMessageException e) {
        failed();
      }
    } else if (outcome instanceof Outcome.Failed) {
      failed();
    } else {
      absent();
    }
  }

  private void failed() {
    failures++;
    if (failures == MOST_FAILURES && refuse != null) {
      refuse.accept("it does not say what its chain is");
    } else {
      later();
    }
  }

  private void absent() {
    if (!isShown) {
      notReady();
    } else if (!found) {
      found(from);
    } else {
      listener.silent();
      later();
    }
  }

  private void notReady() {
    listener.notReady();
    if (again) {
      again = false;
      locate();
    } else {
      later();
    }
  }

  private void later() {
    cancelRetry();
    retry = engine.loop().schedule(RETRY, this::locate);
  }

  private void answered(Headers headers) {
    failures = 0;
    int size = headers.size();
    if (size == 0) {
      nothing();
      return;
    }
    HeaderTree.Result added = tree.add(headers);
    if (added == HeaderTree.Result.UNCONNECTED) {
      tree = new HeaderWindow(network); // the node's chain leaves what is known before it begins
      added = tree.add(headers);
    }
    if (added == HeaderTree.Result.UNTRUE && !found) { // afterwards who follows the tip counts them
      engine.counters().count(Counter.NEWS_HEADERS_UNTRUE);
    }
    boolean isDetour = !headers.previous(0).equals(from);
    detours += isDetour ? 1 : 0;
    if (added != HeaderTree.Result.CONNECTED || detours > MOST_DETOURS) {
      later();
      return;
    }
    from = headers.hash(size - 1);
    isShown = true;
    boolean saidMore = !found && tree.view().height(from) < stated;
    if (size == MAX_HEADERS_RESULTS || saidMore) {
      ask();
    } else {
      found(from);
    }
  }

  private void nothing() {
    if (isShown) {
      found(from);
    } else if (from.equals(network.genesis())) {
      if (stated == 0) {
        found(from);
      } else {
        notReady();
      }
    } else {
      from = tree.view().at(Math.max(0, tree.view().height(from) - gap));
      gap *= 10;
      ask();
    }
  }

  private void found(Hash tip) {
    boolean isPassed = isPassed(tip);
    HeaderView where = isPassed ? known.view() : tree.view();
    Hash end = isPassed ? where.at(Integer.MAX_VALUE) : tip;
    again |= passing.stream().anyMatch(block -> where.height(block) < 0);
    passing.clear();
    tree = known;
    found = true;
    listener.found(end, where.height(end), where::header);
    if (again && refuse != null) {
      extend();
    } else if (isStale(where.header(end))) {
      cancelRetry();
      retry = engine.loop().schedule(RETRY, this::extend);
    }
  }

  /** Whether more passed than this, while the node was asked. */
  private boolean isPassed(Hash tip) {
    HeaderView view = known.view();
    return found && view.depth(tip) >= 0 && !view.at(Integer.MAX_VALUE).equals(startedAt);
  }

  private boolean isStale(@Nullable BlockHeader tip) {
    return tip != null && clock.instant().getEpochSecond() - tip.time() > STALE.toSeconds();
  }

  private void cancelRetry() {
    if (retry != null) {
      retry.cancel();
      retry = null;
    }
  }
}
