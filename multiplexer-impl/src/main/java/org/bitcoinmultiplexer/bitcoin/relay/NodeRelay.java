package org.bitcoinmultiplexer.bitcoin.relay;

import com.google.common.collect.Collections2;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeHandshake;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.headers.HeaderWindow;
import org.bitcoinmultiplexer.bitcoin.headers.sync.BestChainSearch;
import org.bitcoinmultiplexer.bitcoin.headers.sync.HeaderSync;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceNumbering;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.core.NodeConversation;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all clients share of the node: who it is, its best block, recent transactions, and who of
 * them has what the node asks us for.
 *
 * <p>One instance serves one engine, over all its upstream connections.
 *
 * <p><b>Threading.</b> All methods may be called from any thread. State is confined to the hub's
 * loop, to which calls hop; what is read directly ({@link #node}, {@link #height}, {@link #tip},
 * {@link #header}, {@link #transaction}, {@link #transactions}) may lag behind news by a moment but
 * never contradicts itself.
 */
public final class NodeRelay {

  private static final Logger log = LoggerFactory.getLogger(NodeRelay.class);

  private final EngineContext engine;
  private final EventLoop loop;
  private final Network network;
  private final RelayOptions options;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Counters counters;

  private final HeaderWindow chain;
  private final MempoolView mempool;
  private final MempoolReader reader;
  private final TransactionPool pool;
  private final DataRequestTracker fetches;
  private final BestChainSearch search;
  private final TipTracker blocks;
  private final WithheldBlocks withheld;
  private final BlockSubmissions submissions;
  private final TransactionRelay transactions;
  private final UpstreamRequestHandler questions;
  private volatile boolean followsMined;
  private final MinedTransactions mined;
  private final PendingSubmissions pending;
  private final UnconfirmedSubmissions unconfirmed;

  private final Map<Runnable, EventLoop> waitingForNode = new LinkedHashMap<>();
  private volatile @Nullable NodeState node; // of the last connection
  private volatile @Nullable HeaderSync headers; // set once, to keep the chain from then on

  /**
   * A relay that knows nothing yet.
   *
   * @param engine the engine
   * @param network whose blocks these are
   * @param options what it may do and keep
   * @param random draws nonces, in the hub's loop
   * @param clock tells the time that our version message carries
   */
  public NodeRelay(
      EngineContext engine,
      Network network,
      RelayOptions options,
      RandomGenerator random,
      InstantSource clock) {
    this.engine = engine;
    this.loop = engine.loop();
    this.network = network;
    this.options = options;
    this.random = random;
    this.clock = clock;
    this.counters = engine.counters();
    chain = new HeaderWindow(network);
    mempool = new MempoolView(random);
    pool =
        new TransactionPool(
            options.poolBytes(), counters.counter(Counter.NEWS_POOL_EVICTED), mempool);
    Announcers announcers = new Announcers(counters.counter(Counter.ASK_CLIENT_FORGOTTEN));
    fetches = new DataRequestTracker(loop, counters, announcers, this::exhausted);
    search = new BestChainSearch(engine, network, clock, chain, new SearchListener());
    blocks = new TipTracker(engine, chain, search, new TipListener());
    withheld = new WithheldBlocks(counters);
    submissions =
        new BlockSubmissions(
            engine, network, options.submitBlocks(), chain, blocks, announcers, fetches);
    pending = new PendingSubmissions(engine, this::displaced);
    unconfirmed = new UnconfirmedSubmissions(clock, random, pending::removeOurs);
    transactions = new TransactionRelay(engine, pool, unconfirmed, pending, announcers, fetches);
    questions = new UpstreamRequestHandler(engine, transactions, submissions, fetches);
    mined = new MinedTransactions(engine, mempool, unconfirmed, transactions::awaitsAny);
    reader = new MempoolReader(engine, pool, transactions::announcedByNode);
  }

  /**
   * Keeps the whole header chain from now on. Before anything else is called.
   *
   * @param path of a file to keep it in over restarts; null for none
   * @param io reads and writes the file, one task after the other
   * @return closes the file, once what is on its way to it is written
   */
  public Runnable keepHeaders(@Nullable Path path, Executor io) {
    HeaderSync sync = new HeaderSync(engine, network, path, io, search::isRead);
    headers = sync;
    search.readInto(sync);
    sync.open();
    return sync::close;
  }

  /**
   * Keeps what clients submitted and is not mined over a restart of ours, from now on. Before
   * anything else is called.
   *
   * @param path of a file to keep it in
   * @param io writes the file, one task after the other
   * @return closes the file, once what is on its way to it is written
   * @throws java.io.UncheckedIOException if the file cannot be read or written
   */
  public Runnable keepSubmissions(Path path, Executor io) {
    SubmissionFile file = SubmissionFile.open(path, io);
    unconfirmed.keepIn(file);
    file.saved().forEach(saved -> unconfirmed.restore(saved.tx(), saved.since()));
    return file::close;
  }

  private void displaced(PendingSubmissions.Submission submission) {
    transactions.displaced(submission);
  }

  /**
   * Reads the node's mempool on each connection on which that is permitted. Before anything else is
   * called.
   *
   * @param permission finds out whether it is
   */
  public void readMempool(MempoolPermission permission) {
    reader.permission(permission);
  }

  private void exhausted(Hash hash) {
    questions.exhausted(hash);
  }

  /**
   * Greets the node on a new upstream connection. In the hub's loop.
   *
   * @param context the engine's side of the connection
   * @return what hears the node
   */
  public NodeConversation greet(NodeContext context) {
    NodeHandshake handshake =
        new NodeHandshake(
            context.target(), options.serveBlocks(), height(), random, clock, context::send);
    return new UpstreamConversation(context, handshake, new NodeListener(), random, counters);
  }

  /**
   * Greets a node on a connection beside the upstream, over which only requests go. In the hub's
   * loop.
   *
   * @param context the engine's side of the connection
   * @return what hears the node
   */
  public NodeConversation greetBeside(NodeContext context) {
    NodeHandshake handshake =
        new NodeHandshake(context.target(), false, height(), random, clock, context::send);
    return new SideConversation(context, handshake, random);
  }

  /**
   * The node, as it last said.
   *
   * @return also while it is disconnected; null before the first handshake
   */
  public @Nullable NodeInfo node() {
    NodeState known = node;
    return known == null ? null : known.info();
  }

  /**
   * What is known of the node of the last connection.
   *
   * @return another one for each connection; null before the first handshake
   */
  public @Nullable NodeState nodeView() {
    return node;
  }

  /**
   * Runs something as soon as {@link #node()} is known.
   *
   * @param where the loop it runs in
   * @param then what to run, once; never before this returns, nor again for the same object
   */
  public void whenNodeKnown(EventLoop where, Runnable then) {
    if (node != null) {
      where.execute(then);
      return;
    }
    loop.execute(
        () -> {
          if (node != null) {
            where.execute(then);
          } else {
            waitingForNode.put(then, where);
          }
        });
  }

  /**
   * Does not run any more what was to run once the node is known.
   *
   * @param then what was given to {@link #whenNodeKnown}; it may be running already
   */
  public void giveUpWaiting(Runnable then) {
    loop.execute(() -> waitingForNode.remove(then));
  }

  /**
   * The height of the node's best block as far as it is known, for our version messages.
   *
   * @return 0 or more; what the node stated, until it is known exactly
   */
  public int height() {
    NodeState known = node;
    return known == null ? 0 : known.height();
  }

  /**
   * The node's best block.
   *
   * @return its header, or null if nothing was heard of it yet
   */
  public @Nullable BlockHeader tip() {
    return chain.tip();
  }

  /**
   * The whole header chain.
   *
   * @return null if it is not kept, or not complete, does not end with {@link #tip}, or is not
   *     {@linkplain NodeState#isCurrent all that the node has announced}
   */
  public @Nullable ChainView headerChain() {
    NodeState known = node;
    HeaderSync sync = headers;
    return sync == null || known == null || !known.isCurrent() ? null : sync.view(chain.tip());
  }

  /**
   * The header chain as far as it is known, for when the node cannot be asked.
   *
   * @return null if it is not kept, or not yet read
   */
  public @Nullable ChainView knownHeaders() {
    HeaderSync sync = headers;
    return sync == null ? null : sync.known();
  }

  /**
   * The height up to which the node of this connection has shown to have its best chain.
   *
   * @return 0 if it has not shown it yet
   */
  public int reached() {
    NodeState known = node;
    return known == null ? 0 : known.reached();
  }

  /**
   * Whether the node serves compact filters (BIP157). Then the header chain is kept, without a file
   * if {@link #keepHeaders} was not called: what a client asks for is a stretch of the chain, and a
   * node disconnects whoever asks for one that there is not.
   *
   * @return as of its last handshake; false before
   */
  public boolean offersFilters() {
    NodeState known = node;
    return known != null && known.offersFilters();
  }

  /**
   * Whether the node of this connection may be asked for filters up to a block.
   *
   * @param block a block hash
   * @return false if it would disconnect for that, as far as is known
   */
  public boolean mayAskForFilters(Hash block) {
    ChainView view = knownHeaders();
    int height = view == null ? -1 : view.height(block);
    return offersFilters() && height >= 0 && height <= reached();
  }

  /**
   * The node did not give a block that a client asked for.
   *
   * @param block a block hash
   * @param asked the {@link #nodeView} of when it was asked for
   */
  public void missing(Hash block, @Nullable NodeState asked) {
    ChainView view = headerChain();
    if (view != null && asked == node && WithheldBlocks.isDue(view, block)) {
      run(() -> withheld.missing(block));
    }
  }

  /**
   * Whether a block may be shown to who asks for it, if the node would be asked.
   *
   * @param block a block hash
   * @return false if the node left it so long ago that Core would be silent, as far as is known
   */
  public boolean isShown(Hash block) {
    ChainView view = headerChain();
    return view == null || !view.contains(block) || view.isShown(block);
  }

  /**
   * A recent header.
   *
   * @param block a block hash
   * @return its header if it is one of the last two thousand that connect, of any branch
   */
  public @Nullable BlockHeader header(Hash block) {
    return chain.header(block);
  }

  /**
   * Whether a block of a client could be judged.
   *
   * @param parent the block that it builds on
   * @return whether that is recent, or was handed in by clients
   */
  public boolean isBuiltOn(Hash parent) {
    return submissions.header(parent) != null;
  }

  /**
   * How deep a recent block lies.
   *
   * @param block a block hash
   * @return how many blocks are above it; -1 if it is none of the last two thousand
   */
  int recentDepth(Hash block) {
    int height = chain.height(block);
    return height < 0 ? -1 : Math.max(0, chain.height() - height);
  }

  /**
   * A recent transaction that the node has accepted.
   *
   * @param id its txid or wtxid
   * @param isWtxid which of these it is
   * @return a {@code tx} message with witness, or null
   */
  public @Nullable Message transaction(Hash id, boolean isWtxid) {
    TransactionPool.Entry entry = pool.find(id, isWtxid);
    return entry == null ? null : entry.full;
  }

  /**
   * A transaction that the node of this connection has and that waits to be mined.
   *
   * @param id its txid or wtxid
   * @param isWtxid which of these it is
   * @return a {@code tx} message with witness, or null if the node is to be asked
   */
  public @Nullable Message waiting(Hash id, boolean isWtxid) {
    TransactionPool.Entry entry = pool.find(id, isWtxid);
    return entry != null && mempool.isSure(entry) ? entry.full : null;
  }

  /**
   * All recent transactions that the node has accepted, mined ones included.
   *
   * @return a live view: {@code tx} messages with witness, in no order
   */
  public Collection<Message> transactions() {
    return Collections2.transform(pool.all(), entry -> entry.full);
  }

  /**
   * The transactions that the node has accepted and that wait to be mined, as far as is known;
   * parents before children.
   *
   * @return a snapshot: {@code tx} messages with witness. None unless {@link RelayOptions#bloom}.
   */
  public List<Message> unconfirmed() {
    return options.bloom() ? mempool.all() : List.of();
  }

  /**
   * Somebody is going to need what is {@link #unconfirmed}: before, it is not looked after what of
   * it is mined.
   */
  public void followUnconfirmed() {
    if (!followsMined) {
      followsMined = true;
      run(mined::needed);
    }
  }

  /**
   * How many transactions wait to be mined.
   *
   * @return about as many as {@link #unconfirmed} would return
   */
  public int unconfirmedCount() {
    return options.bloom() ? mempool.size() : 0;
  }

  /**
   * A client says that it has something. What is not known and of use is asked of it.
   *
   * @param from the client
   * @param items as it sent them, of any type; at most as many as an {@code inv} has
   */
  public void announced(Client from, List<InventoryVector> items) {
    run(
        () -> {
          for (InventoryVector item : items) {
            if (InventoryVector.isTransaction(item.type())) {
              transactions.announcedByClient(from, item);
            } else if (InventoryVector.isBlock(item.type())
                && submissions.announced(from, item.hash())) {
              questions.hasUnknownBlock(from);
            }
          }
        });
  }

  /**
   * A client sent {@code headers}: it announces blocks, or answers the node's {@code getheaders}
   * that was pushed to it. Which of both is known here.
   *
   * @param from the client
   * @param headers well-formed
   */
  public void headers(Client from, Message headers) {
    Headers parsed = Headers.parse(headers);
    run(
        () -> {
          if (questions.isAsked(from)) {
            questions.answered(from, parsed);
          } else if (submissions.announced(from, parsed)) {
            questions.hasUnknownBlock(from);
          }
        });
  }

  /**
   * A client sent a transaction, asked for or not: it is given to the node unless that wants none,
   * and kept. Once the node shows to have accepted it, it is news to the other clients, and this
   * one {@linkplain Client#accepted is told}.
   *
   * <p>Whether it is valid nobody here can tell, only whether it is well-formed.
   *
   * @param from the client
   * @param tx a {@code tx} message
   * @throws MalformedMessageException if it is not a transaction
   */
  public void submitted(Client from, Message tx) {
    Transaction transaction = Transaction.parse(tx);
    String flaw = TransactionRules.flaw(Transaction.strip(tx));
    run(
        () -> {
          if (flaw == null) {
            transactions.submitted(from, transaction, questions.arrived(transaction));
          } else {
            counters.count(Counter.SUBMIT_TX_REFUSED);
            log.debug("transaction {} of {}: {}", transaction.wtxid(), from.remote(), flaw);
            fetches.refused(from, transaction.wtxid());
            fetches.refused(from, transaction.txid());
            from.processed(Client.cost(transaction.toMessage()));
          }
        });
  }

  /**
   * A client sent a block, asked for or not: it is checked as far as it can be, in the calling
   * thread, and given to the node if that knows its parent. It becomes news when the node has
   * accepted it.
   *
   * @param from the client
   * @param block a {@code block} message
   * @throws MalformedMessageException if it does not even have a header
   */
  public void submittedBlock(Client from, Message block) {
    String flaw = submissions.flaw(block);
    run(() -> submissions.submitted(from, block, flaw));
  }

  /**
   * A client has not got what it was asked for.
   *
   * @param from the client
   * @param notfound a {@code notfound} message
   */
  public void refused(Client from, Message notfound) {
    Inventory items = Inventory.parse(notfound);
    run(
        () -> {
          for (int i = 0; i < items.size(); i++) {
            fetches.refused(from, items.hash(i));
          }
        });
  }

  /**
   * A client is gone: what it was asked for is asked of others.
   *
   * @param from the client; nothing else may be said of it afterwards
   */
  public void left(Client from) {
    run(
        () -> {
          fetches.left(from);
          questions.left(from);
          transactions.left(from);
          submissions.left(from);
        });
  }

  private void run(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      fetches.flush();
    } else {
      loop.execute(
          () -> {
            task.run();
            fetches.flush();
          });
    }
  }

  /** Tells the header chain of news before anybody else hears of them. In the hub's loop. */
  private final class TipListener implements TipTracker.Listener {

    @Override
    public void unknownBlock() {
      behind(true);
    }

    private void behind(boolean is) {
      NodeState known = node;
      if (known != null) {
        known.behind(is);
      }
    }

    @Override
    public void nothingUnknown() {
      behind(false);
    }

    @Override
    public void moved() {
      follow();
    }

    @Override
    public boolean newBlocks(List<BlockHeader> news) {
      HeaderSync sync = headers;
      if (sync != null && !sync.news(news)) {
        return false;
      }
      follow();
      mined.news(news);
      return true;
    }

    private void follow() {
      NodeState known = node;
      if (known != null) {
        known.follow(chain.height());
      }
      submissions.moved();
    }
  }

  /** Hands where the node's chain ends to the header chain before anybody else. */
  private final class SearchListener implements BestChainSearch.Listener {

    @Override
    public void found(Hash tip, int height, Function<Hash, @Nullable BlockHeader> known) {
      HeaderSync sync = headers;
      if (sync != null) {
        sync.found(tip);
      }
      BlockHeader before = chain.tip();
      blocks.found(tip, height, known);
      submissions.tipFound();
      if (before == null || !before.hash().equals(tip)) {
        transactions.mined();
      }
    }

    @Override
    public void silent() {
      blocks.silent();
    }

    @Override
    public void notReady() {
      blocks.notReady();
    }
  }

  /** Hands what the node says to whom it concerns. In the hub's loop. */
  private final class NodeListener implements UpstreamConversation.Listener {

    @Override
    public void greeted(NodeContext context, NodeInfo info) {
      node = new NodeState(info);
      if (headers == null && offersFilters()) {
        var unused = keepHeaders(null, Runnable::run);
      }
      if (info.window() > 0) {
        context.ready(info.description(), new SequenceNumbering(info.window()));
      } else {
        context.ready(info.description());
      }
      engine.publish(new NodeNotification(info));
      waitingForNode.forEach((then, where) -> where.execute(then));
      waitingForNode.clear();
      mined.connected();
      questions.connected(context);
      submissions.connected(info);
      transactions.connected(info);
      withheld.connected(context);
      blocks.connected(info.height());
      HeaderSync sync = headers;
      if (sync != null) {
        sync.connected(info.height(), context::fail);
      }
      search.connected(info.height(), context::fail);
      reader.connected(context, info);
    }

    @Override
    public void feeFilter(long rate) {
      NodeState known = node;
      if (known != null && known.info().feeFilter() != rate) {
        NodeInfo changed = known.info().withFeeFilter(rate);
        known.info(changed);
        engine.publish(new NodeNotification(changed));
      }
    }

    @Override
    public void announced(InventoryVector item) {
      if (InventoryVector.isTransaction(item.type())) {
        reader.announced(item);
      } else if (InventoryVector.isBlock(item.type())) {
        blocks.announced(item.hash());
      }
    }

    @Override
    public void saw(Headers headers) {
      BlockHeader before = chain.tip();
      blocks.saw(headers);
      if (chain.tip() != before) {
        transactions.mined();
      }
    }

    @Override
    public void saw(BlockHeader header) {
      BlockHeader before = chain.tip();
      blocks.saw(header);
      if (chain.tip() != before) {
        transactions.mined();
      }
    }

    @Override
    public void saw(Hash hash, Message block) {
      BlockHeader tip = chain.tip();
      if (tip != null && tip.hash().equals(hash)) {
        transactions.saw(hash, block);
      }
    }

    @Override
    public void saw(Message tx) {
      TransactionPool.Entry known = pool.find(Transaction.parse(tx).wtxid(), true);
      if (known != null) {
        pool.waits(known);
      }
      transactions.saw(tx);
    }

    @Override
    public void getdata(Inventory items) {
      questions.getdata(items);
      fetches.flush();
    }

    @Override
    public void getheaders(Message canonical) {
      questions.getheaders(canonical);
    }

    @Override
    public void lost() {
      withheld.disconnected();
      questions.disconnected();
      submissions.connected(null);
      transactions.disconnected();
      reader.disconnected();
      search.disconnected();
      HeaderSync sync = headers;
      if (sync != null) {
        sync.disconnected();
      }
    }
  }
}
