package org.bitcoinmultiplexer.bitcoin.news;

import java.util.List;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.ProtocolVersions;
import org.bitcoinmultiplexer.bitcoin.news.RecentHeaders.Added;
import org.bitcoinmultiplexer.bitcoin.wire.BlockLocator;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.Hub;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what the node's best block is and tells everybody.
 *
 * <p>The node announces a block only to a connection that has not seen its header, and on a shared
 * connection any client's {@code getheaders} shows it. So every message that carries headers is
 * looked at, and every unknown hash in an {@code inv} is asked about:
 *
 * <pre>
 *          unknown hash, new connection
 *   IDLE ──────────────────────────────► ASKING THE WAY from our best block to the node's
 *    ▲                                     │          │
 *    ├──◄── connects: news or nothing ─────┘          │ does not connect
 *    │                                                ▼
 *    └──◄── begin anew there: news ────────────── ASKING ONE header by its hash
 * </pre>
 *
 * <p>If no best block is known and the chain is not short enough to be learnt with one question,
 * ASKING ONE comes at once. There is one question at a time; what comes up meanwhile is settled by
 * one more. So a node that announces hashes it cannot prove costs itself two small questions at
 * most for each, and a flood of them no more than a few.
 *
 * <p>Confined to the hub's loop.
 */
final class BlockDesk {

  /** Hears what is found out before everybody else does. */
  interface Listener {

    /** The node announced a block of which nothing is known. */
    void unknownBlock();

    /** Whatever the node announced is known by now, or not of its chain. */
    void nothingUnknown();

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

  private final Hub hub;
  private final Counters counters;
  private final RecentHeaders chain;
  private final BoundedSet<Hash> pending = new BoundedSet<>(MOST_PENDING);
  private final BoundedSet<Hash> tried = new BoundedSet<>(MOST_TRIED);

  private final Listener listener;

  private int nodeHeight;
  private boolean asking;
  private boolean again;

  /** A desk at which nothing has happened. */
  BlockDesk(Hub hub, RecentHeaders chain, Listener listener) {
    this.hub = hub;
    this.listener = listener;
    this.counters = hub.counters();
    this.chain = chain;
  }

  /** A connection is ready: blocks that came while there was none are not announced on it. */
  void connected(int height) {
    nodeHeight = height;
    tried.clear();
    pending.clear();
    again = canAskTheWay();
    askNext();
  }

  /** The node announced a block by its hash. */
  void announced(Hash block) {
    if (!chain.contains(block) && tried.add(block)) {
      listener.unknownBlock();
      pending.add(block);
      askNext();
    }
  }

  /** The node sent headers, asked by whomever. */
  void saw(Headers headers) {
    if (chain.tip() != null) {
      learn(headers, false);
    }
  }

  /** The node sent a block in whatever form, asked by whomever. */
  void saw(BlockHeader header) {
    if (chain.tip() != null && chain.add(header) == Added.CONNECTED) {
      advance(header.hash(), false);
    }
  }

  /**
   * The node answered a client's {@code getheaders}. What it reveals was {@linkplain #saw(Headers)
   * seen} but for one thing: where the chain ends, if no block of it was known.
   */
  void observed(BlockLocator request, Headers headers) {
    int size = headers.size();
    if (chain.tip() != null || size == 0) {
      return;
    }
    if (asking && canAskTheWay()) {
      // Our own answer is on its way, be it in a check that takes longer for more headers. Where
      // the chain ends is no news then; but it may end later than that answer says.
      again = true;
    } else if (size < Headers.MAX_SIZE && !headers.hash(size - 1).equals(request.stop())) {
      begin(chain.consecutive(headers, 0), nodeHeight, true);
    }
  }

  /** A block was handed in: asks whether the node took it. The answer becomes news by itself. */
  void verify(Hash block) {
    // The stop hash makes this question differ from all that were asked before the block went out,
    // so that it is not joined with one of them.
    hub.ask(
        getheaders(chain.locator(), block),
        outcome ->
            counters.count(
                chain.contains(block)
                    ? Counter.SUBMIT_BLOCK_TAKEN
                    : Counter.SUBMIT_BLOCK_NOT_TAKEN));
  }

  private boolean canAskTheWay() {
    return chain.tip() != null || nodeHeight < Headers.MAX_SIZE;
  }

  private void askNext() {
    if (asking || (!again && pending.isEmpty())) {
      return;
    }
    again = false;
    List<Hash> about = pending.drain();
    if (canAskTheWay()) {
      askTheWay(about);
    } else if (!about.isEmpty()) {
      askOne(about.get(about.size() - 1));
    }
  }

  private void askTheWay(List<Hash> about) {
    asking = true;
    hub.ask(
        getheaders(chain.locator(), Hash.ZERO),
        outcome -> {
          asking = false;
          Headers headers = answer(outcome);
          toldTheWay(about, headers);
          if (headers != null) {
            settled();
          }
          askNext();
        });
  }

  private void toldTheWay(List<Hash> about, @Nullable Headers headers) {
    boolean connects = headers != null && connects(headers, !about.isEmpty());
    about.removeIf(chain::contains);
    if (headers == null || about.isEmpty()) {
      count(about.size());
    } else if (again) {
      about.forEach(pending::add);
    } else if (connects) {
      count(about.size());
    } else {
      askOne(about.get(about.size() - 1));
    }
  }

  private void settled() {
    if (!asking && !again && pending.isEmpty()) {
      listener.nothingUnknown();
    }
  }

  /** Learns the way to the node's best block; a full answer is only a part of it. */
  private boolean connects(Headers headers, boolean isNews) {
    if (headers.size() == 0) {
      correct(isNews);
      return true;
    }
    boolean full = headers.size() == Headers.MAX_SIZE;
    if (chain.tip() == null) {
      begin(chain.consecutive(headers, 0), nodeHeight, isNews);
    } else if (learn(headers, !full) != Added.CONNECTED) {
      return false;
    }
    BlockHeader tip = chain.tip();
    if (!full) {
      correct(isNews);
    } else if (tip != null && tip.hash().equals(headers.hash(headers.size() - 1))) {
      again = true;
    }
    return tip != null;
  }

  /** The first answer on a connection ends at the block of which the node stated the height. */
  private void correct(boolean isNews) {
    if (!isNews) {
      chain.raise(nodeHeight);
    }
  }

  private void askOne(Hash block) {
    asking = true;
    hub.ask(
        getheaders(List.of(), block),
        outcome -> {
          asking = false;
          Headers headers = answer(outcome);
          if (!chain.contains(block)) {
            if (headers != null && headers.size() == 1 && headers.hash(0).equals(block)) {
              int height = chain.tip() == null ? nodeHeight : chain.height();
              begin(chain.consecutive(headers, 0), height + 1, true);
            } else {
              count(1);
            }
          }
          if (headers != null) {
            settled();
          }
          askNext();
        });
  }

  private Added learn(Headers headers, boolean said) {
    Added added = chain.add(headers);
    if (added == Added.CONNECTED && headers.size() > 0) {
      advance(headers.hash(headers.size() - 1), said);
    } else if (added == Added.UNTRUE) {
      counters.count(Counter.NEWS_HEADERS_UNTRUE);
    }
    return added;
  }

  private void advance(Hash block, boolean said) {
    List<BlockHeader> way = chain.advance(block, said);
    if (!way.isEmpty()) {
      publish(way);
    }
  }

  private void begin(List<BlockHeader> headers, int height, boolean isNews) {
    if (headers.isEmpty()) {
      counters.count(Counter.NEWS_HEADERS_UNTRUE);
      return;
    }
    chain.restart(headers, height);
    if (isNews) {
      publish(headers.subList(headers.size() - 1, headers.size()));
    }
  }

  /**
   * The end of the chain is known from elsewhere, if none was. It is news only if it lies above
   * what clients were told when they came: the node announces no block that it has shown when it
   * was asked for the chain.
   */
  void beginAt(List<BlockHeader> headers, int height) {
    if (chain.tip() == null) {
      begin(headers, height, nodeHeight > 0 && height > nodeHeight);
    }
  }

  private void publish(List<BlockHeader> headers) {
    if (listener.newBlocks(headers)) {
      counters.count(Counter.NEWS_BLOCKS);
      hub.publish(new BlockNews(headers));
    }
  }

  private void count(int unproven) {
    counters.counter(Counter.NEWS_BLOCKS_UNPROVEN).add(unproven);
  }

  private static @Nullable Headers answer(Outcome outcome) {
    try {
      return outcome instanceof Outcome.Answered answered
          ? Headers.parse(answered.message())
          : null;
    } catch (MalformedMessageException e) {
      return null;
    }
  }

  private static Message getheaders(List<Hash> locator, Hash stop) {
    return BlockLocator.of(Commands.GETHEADERS, ProtocolVersions.OWN, locator, stop);
  }
}
