package org.bitcoinmultiplexer.bitcoin.node;

import com.google.common.collect.Collections2;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.headers.sync.HeaderSync;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the node, to be written: one for each engine, over all its upstream connections.
 *
 * <p>Written in the engine's loop by who hears the node; read by any thread, as a {@link NodeView}.
 */
public final class NodeModel implements NodeView {

  private final EventLoop loop;
  private final HeaderWindow recent;
  private final MempoolView mempool;
  private final TransactionPool pool;
  private final boolean listsUnconfirmed;
  private final Map<Runnable, EventLoop> waiting = new LinkedHashMap<>();
  private volatile @Nullable NodeState state; // of the last connection
  private volatile @Nullable HeaderSync kept; // set once, to keep the chain from then on

  /**
   * Nothing is known.
   *
   * @param engine whose loop it is written in
   * @param network whose blocks these are
   * @param random draws secrets
   * @param poolBytes how much of recent transactions to keep, in bytes of memory
   * @param listsUnconfirmed whether it is followed what is mined of the transactions
   */
  public NodeModel(
      EngineContext engine,
      Network network,
      RandomGenerator random,
      long poolBytes,
      boolean listsUnconfirmed) {
    this.loop = engine.loop();
    this.listsUnconfirmed = listsUnconfirmed;
    recent = new HeaderWindow(network);
    mempool = new MempoolView(random);
    pool =
        new TransactionPool(
            poolBytes, engine.counters().counter(Counter.NEWS_POOL_EVICTED), mempool);
  }

  // ---- to be written

  /**
   * The last headers.
   *
   * @return always the same
   */
  public HeaderWindow recentHeaders() {
    return recent;
  }

  /**
   * The recent transactions.
   *
   * @return always the same
   */
  public TransactionPool pool() {
    return pool;
  }

  /**
   * Those that wait to be mined.
   *
   * @return always the same
   */
  public MempoolView mempool() {
    return mempool;
  }

  /**
   * Who keeps the whole header chain.
   *
   * @return null if nobody does
   */
  public @Nullable HeaderSync headerSync() {
    return kept;
  }

  /**
   * The whole header chain is kept from now on. Once.
   *
   * @param sync by whom
   */
  public void keepHeaders(HeaderSync sync) {
    kept = sync;
  }

  /**
   * There is another connection, on which nothing was seen yet but the handshake. Who waits for it
   * does so until {@link #announceKnown}.
   *
   * @param info what the node said
   */
  public void connected(NodeInfo info) {
    assert loop.inEventLoop();
    state = new NodeState(info);
  }

  /** Runs what waits for the node to be known. */
  public void announceKnown() {
    assert loop.inEventLoop();
    waiting.forEach((then, where) -> where.execute(then));
    waiting.clear();
  }

  /**
   * The node wants other fee rates.
   *
   * @param rate the least
   * @return what is known of it now; null if that is nothing new
   */
  public @Nullable NodeInfo feeFilter(long rate) {
    assert loop.inEventLoop();
    NodeState known = state;
    if (known == null || known.info().feeFilter() == rate) {
      return null;
    }
    NodeInfo changed = known.info().withFeeFilter(rate);
    known.info(changed);
    return changed;
  }

  /**
   * Whether the node has announced a block of which nothing is known.
   *
   * @param is true until that is known, or not of its chain
   */
  public void behind(boolean is) {
    assert loop.inEventLoop();
    NodeState known = state;
    if (known != null) {
      known.behind(is);
    }
  }

  /** Its best chain is known to end with the best of the recent headers. */
  public void followed() {
    assert loop.inEventLoop();
    NodeState known = state;
    if (known != null) {
      known.follow(recent.height());
    }
  }

  // ---- to be read

  @Override
  public @Nullable NodeInfo info() {
    NodeState known = state;
    return known == null ? null : known.info();
  }

  @Override
  public @Nullable NodeState state() {
    return state;
  }

  @Override
  public void whenKnown(EventLoop where, Runnable then) {
    if (state != null) {
      where.execute(then);
      return;
    }
    loop.execute(
        () -> {
          if (state != null) {
            where.execute(then);
          } else {
            waiting.put(then, where);
          }
        });
  }

  @Override
  public void giveUpWaiting(Runnable then) {
    loop.execute(() -> waiting.remove(then));
  }

  @Override
  public int height() {
    NodeState known = state;
    return known == null ? 0 : known.height();
  }

  @Override
  public @Nullable BlockHeader tip() {
    return recent.tip();
  }

  @Override
  public HeaderView headers() {
    ChainView whole = headerChain();
    return whole == null ? recent : whole;
  }

  @Override
  public @Nullable ChainView headerChain() {
    NodeState known = state;
    HeaderSync sync = kept;
    return sync == null || known == null || !known.isCurrent() ? null : sync.view(recent.tip());
  }

  @Override
  public @Nullable ChainView knownHeaders() {
    HeaderSync sync = kept;
    return sync == null ? null : sync.known();
  }

  @Override
  public @Nullable BlockHeader header(Hash block) {
    return recent.header(block);
  }

  @Override
  public int reached() {
    NodeState known = state;
    return known == null ? 0 : known.reached();
  }

  @Override
  public boolean offersFilters() {
    NodeState known = state;
    return known != null && known.offersFilters();
  }

  @Override
  public boolean mayAskForFilters(Hash block) {
    ChainView view = knownHeaders();
    int height = view == null ? -1 : view.height(block);
    return offersFilters() && height >= 0 && height <= reached();
  }

  @Override
  public boolean isShown(Hash block) {
    ChainView view = headerChain();
    return view == null || !view.contains(block) || view.isShown(block);
  }

  @Override
  public @Nullable Message transaction(Hash id, boolean isWtxid) {
    PoolEntry entry = pool.find(id, isWtxid);
    return entry == null ? null : entry.full();
  }

  @Override
  public @Nullable Message waiting(Hash id, boolean isWtxid) {
    PoolEntry entry = pool.find(id, isWtxid);
    return entry != null && mempool.isSure(entry) ? entry.full() : null;
  }

  @Override
  public Collection<Message> transactions() {
    return Collections2.transform(pool.all(), PoolEntry::full);
  }

  @Override
  public List<Message> unconfirmed() {
    return listsUnconfirmed ? mempool.all() : List.of();
  }

  @Override
  public int unconfirmedCount() {
    return listsUnconfirmed ? mempool.size() : 0;
  }
}
