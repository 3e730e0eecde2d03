package org.bitcoinmultiplexer.bitcoin.relay;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.BroadcastResult;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeHandshake;
import org.bitcoinmultiplexer.bitcoin.headers.ChainView;
import org.bitcoinmultiplexer.bitcoin.node.NodeState;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
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
 * Where clients hand in what they bring for the node and for each other. What is known of the node
 * is to be read at {@link #node}.
 *
 * <p>One instance serves one engine, over all its upstream connections.
 *
 * <p>All methods may be called from any thread. State is confined to the engine's loop, to which
 * calls hop.
 */
public final class NodeRelay {

  private static final Logger log = LoggerFactory.getLogger(NodeRelay.class);

  private final EventLoop loop;
  private final RelayOptions options;
  private final RandomGenerator random;
  private final InstantSource clock;
  private final Counters counters;
  private final RelayParts parts;
  private final NodeMessageHandler handler;
  private volatile boolean followsMined;

  /**
   * A relay that knows nothing yet.
   *
   * @param engine the engine
   * @param network whose blocks these are
   * @param options what it may do and keep
   * @param random draws nonces, in the engine's loop
   * @param clock tells the time that our version message carries
   */
  public NodeRelay(
      EngineContext engine,
      Network network,
      RelayOptions options,
      RandomGenerator random,
      InstantSource clock) {
    this.loop = engine.loop();
    this.options = options;
    this.random = random;
    this.clock = clock;
    this.counters = engine.counters();
    parts = new RelayParts(engine, network, options, random, clock);
    handler = new NodeMessageHandler(engine, parts);
  }

  /**
   * Keeps the whole header chain from now on. Before anything else is called.
   *
   * @param path of a file to keep it in over restarts; null for none
   * @param io reads and writes the file, one task after the other
   * @return closes the file, once what is on its way to it is written
   */
  public Runnable keepHeaders(@Nullable Path path, Executor io) {
    return parts.tips.keepHeaders(path, io)::close;
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
    parts.unconfirmed.keepIn(file);
    file.saved().forEach(saved -> parts.unconfirmed.restore(saved.tx(), saved.since()));
    return file::close;
  }

  /**
   * Reads the node's mempool on each connection on which that is permitted. Before anything else is
   * called.
   *
   * @param permission finds out whether it is
   */
  public void readMempool(MempoolPermission permission) {
    parts.reader.permission(permission);
  }

  /**
   * Greets the node on a new upstream connection. In the engine's loop.
   *
   * @param context the engine's side of the connection
   * @return what hears the node
   */
  public NodeConversation greet(NodeContext context) {
    NodeHandshake handshake =
        new NodeHandshake(
            context.target(),
            options.serveBlocks(),
            parts.node.height(),
            random,
            clock,
            context::send);
    return new UpstreamConversation(context, handshake, handler, random, counters);
  }

  /**
   * Greets a node on a connection beside the upstream, over which only requests go. In the engine's
   * loop.
   *
   * @param context the engine's side of the connection
   * @return what hears the node
   */
  public NodeConversation greetBeside(NodeContext context) {
    NodeHandshake handshake =
        new NodeHandshake(
            context.target(), false, parts.node.height(), random, clock, context::send);
    return new SideConversation(context, handshake, random);
  }

  /**
   * What is known of the node.
   *
   * @return always the same
   */
  public NodeView node() {
    return parts.node;
  }

  /**
   * The node did not give a block that a client asked for.
   *
   * @param block a block hash
   * @param asked the {@linkplain NodeView#state state of the node} when it was asked for
   */
  public void missing(Hash block, @Nullable NodeState asked) {
    ChainView view = parts.node.headerChain();
    if (view != null && asked == parts.node.state() && WithheldBlocks.isDue(view, block)) {
      run(() -> parts.withheld.missing(block));
    }
  }

  /**
   * Whether a block of a client could be judged.
   *
   * @param parent the block that it builds on
   * @return whether that is recent, or was handed in by clients
   */
  public boolean isBuiltOn(Hash parent) {
    return parts.submissions.header(parent) != null;
  }

  /**
   * Somebody is going to need what is {@link NodeView#unconfirmed}: before, it is not looked after
   * what of it is mined.
   */
  public void followUnconfirmed() {
    if (!followsMined) {
      followsMined = true;
      run(parts.mined::needed);
    }
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
              parts.transactions.announcedByClient(from, item);
            } else if (InventoryVector.isBlock(item.type())
                && parts.submissions.announced(from, item.hash())) {
              parts.questions.hasUnknownBlock(from);
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
          if (parts.questions.isAsked(from)) {
            parts.questions.answered(from, parsed);
          } else if (parts.submissions.announced(from, parsed)) {
            parts.questions.hasUnknownBlock(from);
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
            parts.transactions.submitted(from, transaction, parts.questions.arrived(transaction));
          } else {
            counters.count(Counter.SUBMIT_TX_REFUSED);
            log.debug("transaction {} of {}: {}", transaction.wtxid(), from.remote(), flaw);
            parts.fetches.refused(from, transaction.wtxid());
            parts.fetches.refused(from, transaction.txid());
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
    String flaw = parts.submissions.flaw(block);
    run(() -> parts.submissions.submitted(from, block, flaw));
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
            parts.fetches.refused(from, items.hash(i));
          }
        });
  }

  /**
   * A client is gone: what it was asked for is asked of others.
   *
   * @param from the client; nothing else may be said of it afterwards
   */
  public void left(Client from) {
    run(() -> parts.left(from));
  }

  /**
   * Broadcasts a transaction of the embedder's.
   *
   * @param tx a {@code tx} message
   * @param patience how long what becomes of it is waited for
   * @return what becomes of it; completed in none of our threads
   */
  public CompletableFuture<BroadcastResult> broadcast(Message tx, Duration patience) {
    CompletableFuture<BroadcastResult> result = new CompletableFuture<>();
    String flaw = Broadcasts.flaw(tx);
    if (flaw != null) {
      Broadcasts.complete(result, BroadcastResult.rejected(flaw));
    } else {
      Transaction transaction = Transaction.parse(tx);
      run(() -> parts.broadcasts.start(transaction, patience, result));
    }
    return result;
  }

  /** Tells those who wait for what becomes of their transactions that nobody will know. */
  public void closeBroadcasts() {
    parts.broadcasts.close();
  }

  private void run(Runnable task) {
    if (loop.inEventLoop()) {
      task.run();
      parts.fetches.flush();
    } else {
      loop.execute(
          () -> {
            task.run();
            parts.fetches.flush();
          });
    }
  }
}
