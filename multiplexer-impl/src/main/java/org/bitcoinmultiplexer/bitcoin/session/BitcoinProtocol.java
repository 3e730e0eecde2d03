package org.bitcoinmultiplexer.bitcoin.session;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.BroadcastResult;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.bloom.BlockMatcher;
import org.bitcoinmultiplexer.bitcoin.chain.Block;
import org.bitcoinmultiplexer.bitcoin.command.BitcoinDialect;
import org.bitcoinmultiplexer.bitcoin.command.RequestTypes;
import org.bitcoinmultiplexer.bitcoin.node.NodeHazards;
import org.bitcoinmultiplexer.bitcoin.passthrough.BitcoinPassthrough;
import org.bitcoinmultiplexer.bitcoin.relay.MempoolPermission;
import org.bitcoinmultiplexer.bitcoin.relay.NodeRelay;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterCheckpointsRequest;
import org.bitcoinmultiplexer.bitcoin.wire.FilterRange;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.core.ClientConversation;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.core.Hazard;
import org.bitcoinmultiplexer.core.NodeContext;
import org.bitcoinmultiplexer.core.NodeConversation;
import org.bitcoinmultiplexer.core.PassthroughContext;
import org.bitcoinmultiplexer.core.PassthroughConversation;
import org.bitcoinmultiplexer.core.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The Bitcoin P2P protocol, as the engine needs to know it: the door to everything under {@code
 * org.bitcoinmultiplexer.bitcoin}.
 *
 * <p>One instance serves one engine. {@link #open} comes first; the rest may be called from any
 * thread, and what it returns is confined as {@link Protocol} says.
 */
public final class BitcoinProtocol implements Protocol {

  private final BitcoinOptions options;
  private final RequestTypes types;
  private final RandomGenerator random;
  private final BitcoinDialect dialect;
  private final @Nullable Function<NodeRelay, Runnable> keepHeaders;
  private @Nullable MempoolPermission mempoolPermission; // null: not read unless filters are served
  private @Nullable Runnable closeHeaders;
  private @Nullable Function<NodeRelay, Runnable> keepSubmissions;
  private @Nullable Runnable closeSubmissions;
  private @Nullable NodeHazards hazards; // set before the engine runs anything
  private @Nullable SharedContext shared; // set before the engine runs anything

  /**
   * A protocol for one engine.
   *
   * @param options what there is to choose
   * @throws IllegalArgumentException naming a provider's row that may not be added, and why
   */
  public BitcoinProtocol(BitcoinOptions options) {
    this(options, null);
  }

  /**
   * A protocol for one engine, which keeps the header chain and answers from it.
   *
   * @param options what there is to choose
   * @param file in which headers are kept over restarts; null for none
   * @param io reads and writes it, one task after the other
   * @return a new protocol
   * @throws IllegalArgumentException naming a provider's row that may not be added, and why
   */
  public static BitcoinProtocol withHeaderChain(
      BitcoinOptions options, @Nullable Path file, Executor io) {
    return new BitcoinProtocol(options, nodeRelay -> nodeRelay.keepHeaders(file, io));
  }

  private BitcoinProtocol(
      BitcoinOptions options, @Nullable Function<NodeRelay, Runnable> keepHeaders) {
    this.options = options;
    this.keepHeaders = keepHeaders;
    this.types = RequestTypes.of(options.network(), options.providers());
    this.random = new SharedRandom(options.random());
    this.dialect = new BitcoinDialect(types, random);
  }

  /**
   * Keeps what clients submitted and is not mined over a restart. Before the protocol is opened.
   *
   * @param file to keep it in
   * @param io writes it, one task after the other
   */
  public void keepSubmissions(Path file, Executor io) {
    keepSubmissions = nodeRelay -> nodeRelay.keepSubmissions(file, io);
  }

  /**
   * Lets the node's mempool be read on each connection on which that is permitted. Before the
   * engine is made.
   *
   * @param permission finds out whether it is
   */
  public void readMempool(MempoolPermission permission) {
    mempoolPermission = permission;
  }

  @Override
  public void open(EngineContext engine) {
    NodeRelay nodeRelay =
        new NodeRelay(engine, options.network(), options.news(), random, options.clock());
    if (mempoolPermission != null) {
      nodeRelay.readMempool(mempoolPermission);
    }
    if (keepHeaders != null) {
      closeHeaders = keepHeaders.apply(nodeRelay);
    }
    if (keepSubmissions != null) {
      closeSubmissions = keepSubmissions.apply(nodeRelay);
    }
    hazards = new NodeHazards(nodeRelay.node(), options.network());
    shared =
        new SharedContext(
            options.network(),
            nodeRelay.node(),
            nodeRelay,
            types,
            new Announcements(),
            new CompactBlocks(engine, nodeRelay.node(), random, options.clock()),
            new FilterScheduler(engine.loop()),
            options.news().bloom(),
            random,
            options.clock());
  }

  /**
   * Broadcasts a transaction of the embedder's.
   *
   * @param tx a {@code tx} message
   * @param patience how long what becomes of it is waited for
   * @return what becomes of it; completed in none of our threads
   */
  public CompletableFuture<BroadcastResult> broadcast(Message tx, Duration patience) {
    return shared().nodeRelay().broadcast(tx, patience);
  }

  /** Closes the files of headers and submissions, if there are such; after the engine. */
  public void close() {
    shared().nodeRelay().closeBroadcasts();
    if (closeHeaders != null) {
      closeHeaders.run();
    }
    if (closeSubmissions != null) {
      closeSubmissions.run();
    }
  }

  private SharedContext shared() {
    if (shared == null) {
      throw new IllegalStateException("the protocol has not been opened");
    }
    return shared;
  }

  @Override
  public Dialect dialect() {
    return dialect;
  }

  @Override
  public ClientConversation welcome(ClientContext client) {
    return new BitcoinConversation(client, shared());
  }

  @Override
  public PassthroughConversation relay(PassthroughContext relay) {
    return new BitcoinPassthrough(relay, random);
  }

  @Override
  public NodeConversation greet(NodeContext node) {
    types.filters().clear(); // another node may have other filters
    return shared().nodeRelay().greet(node);
  }

  @Override
  public NodeConversation greetBeside(NodeContext node) {
    return shared().nodeRelay().greetBeside(node);
  }

  @Override
  public long weight(Message request) {
    return types.weight(request);
  }

  @Override
  public @Nullable String check(Message request, List<Message> answer) {
    return types.check(request, answer);
  }

  /** Core disconnects whoever asks for filters that it does not serve, or of unknown blocks. */
  @Override
  public boolean suits(Message request) {
    return switch (request.command()) {
      case Commands.GETCFILTERS, Commands.GETCFHEADERS ->
          shared().node().mayAskForFilters(FilterRange.parse(request).stop());
      case Commands.GETCFCHECKPT ->
          shared().node().mayAskForFilters(FilterCheckpointsRequest.parse(request).stop());
      default -> true;
    };
  }

  @Override
  public @Nullable Hazard foreseen(Message request) {
    return hazards == null ? null : hazards.foreseen(request);
  }

  @Override
  public @Nullable Hazard suspected(Message request) {
    return hazards == null ? Hazard.of(request) : hazards.suspected(request);
  }

  @Override
  public @Nullable Key lasting(Message request, Set<Key> keys) {
    return types.lasting(request, keys);
  }

  /**
   * How many bytes an answer may come to take, with the forms of it that are remembered with it: a
   * block with witnesses has a second one without, for whoever asks for that.
   *
   * @param answer a message that was checked
   * @return its own size or more
   */
  public static long footprint(Message answer) {
    if (!answer.command().equals(Commands.BLOCK)) {
      return answer.size();
    }
    int stripped = answer.derive(Block.STRIPPED_SIZE);
    return stripped == answer.size() ? stripped : answer.size() + (long) stripped;
  }

  /**
   * How many bytes an answer may come to take where clients have bloom filters: what makes a block
   * ready for them is remembered with it, too, because it takes longer than any filter then does.
   *
   * @param answer a message that was checked
   * @return its {@linkplain #footprint footprint} or more
   */
  public static long footprintWithFilters(Message answer) {
    long footprint = footprint(answer);
    return answer.command().equals(Commands.BLOCK)
        ? footprint + BlockMatcher.footprint(answer.derive(Block.STRIPPED_SIZE))
        : footprint;
  }

  /**
   * Whether an answer is worth a place on a disk: a block is, since it is dear to get and can be
   * checked when it is read again.
   *
   * @param answer a message that was checked
   * @return whether it is a block
   */
  public static boolean isDurable(Message answer) {
    return answer.command().equals(Commands.BLOCK);
  }
}
