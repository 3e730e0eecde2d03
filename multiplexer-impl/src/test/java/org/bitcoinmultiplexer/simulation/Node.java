package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.bitcoinmultiplexer.api.Connector;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Transport;
import org.bitcoinmultiplexer.bitcoin.relay.RelayOptions;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.tck.SimulatedLoop;

/**
 * The node: finds blocks, hears of transactions, goes away and comes back. What is said on a
 * connection is {@link NodeLine}'s.
 */
final class Node implements Connector {

  /** So long before the node has something clients may ask for it, in milliseconds at most. */
  private static final double RUMOUR = 1_500;

  /** A reorganisation replaces so many blocks at most. */
  static final int DEEPEST = 20;

  private final SimulatedLoop time;
  private final VirtualLoop loop;
  private final Draw draw;
  private final GroundTruth truth;
  private final FaultLog faults;
  private final SimulationParameters parameters;
  private final RelayOptions news;
  private final int floor;

  /** Transactions that are not in a block yet. */
  private final List<GroundTruth.KnownTx> mempool = new ArrayList<>();

  /** Those of the last block, which are served a little longer. */
  private List<GroundTruth.KnownTx> mined = List.of();

  /** Blocks of clients of which it has the header at least. */
  private final Set<Hash> shown = new HashSet<>();

  /** Those of them that came before their parents, by these. */
  private final Map<Hash, BlockFactory.Block> early = new HashMap<>();

  /** Blocks that are lied about more often than not. */
  final Set<Hash> cursed = new HashSet<>();

  private final Map<Runnable, EventLoop.Timer> events = new HashMap<>();
  private NodeLine line; // that all share
  private final List<NodeLine> beside = new ArrayList<>();
  private long backAt;
  private boolean calm;
  private boolean done;
  private boolean lostAgainSoon;
  private boolean isReplaced;
  private final Replacement replacement;
  private int connections;

  /**
   * A node without blocks.
   *
   * @param floor another node in its place has the same blocks up to this height
   */
  Node(
      SimulatedLoop time,
      VirtualLoop loop,
      Draw draw,
      GroundTruth truth,
      FaultLog faults,
      SimulationParameters parameters,
      RelayOptions news,
      int floor) {
    this.time = time;
    this.loop = loop;
    this.draw = draw;
    this.truth = truth;
    this.faults = faults;
    this.parameters = parameters;
    this.news = news;
    this.replacement = new Replacement(truth.chain, draw.split(), floor);
    this.floor = floor;
  }

  /** The blocks from the beginning: of old ones that were cheap to make, and of younger ones. */
  void begin(int old, int young) {
    if (old > 0) {
      truth.chain.add(BlockFactory.oldChain(old), 0, Collections.nCopies(old, true), false);
    }
    for (int i = 1; i <= young; i++) {
      BlockFactory.Block block =
          BlockFactory.block(truth.chain.tip(), truth.chain.height() + 1, spends(4), draw);
      // The best block is news if the engine learns of it through an announcement.
      truth.chain.add(block, time.nanoTime(), !draw.chance(0.02), i == young);
      if (draw.chance(0.005)) {
        cursed.add(block.hash);
      }
      if (parameters.punishes() && i < young - DEEPEST && draw.chance(0.01)) {
        faults.poison(block.hash);
      }
    }
  }

  private List<BlockFactory.Tx> spends(int bound) {
    List<BlockFactory.Tx> spends = new ArrayList<>();
    for (int n = draw.below(bound); n > 0; n--) {
      spends.add(BlockFactory.transaction(draw, draw.chance(0.5)));
    }
    return spends;
  }

  /** Lives from now on. */
  void live() {
    again(parameters.blockEvery(), this::findBlock);
    again(parameters.reorganiseEvery(), this::reorganise);
    again(parameters.transactionEvery(), this::hearOfTransaction);
    again(parameters.blockEvery() / 4, this::catchUp);
    again(parameters.lossEvery(), () -> whileTalking(() -> lose(draw.chance(0.5))));
    again(parameters.muteEvery(), () -> whileTalking(() -> line.fallMute()));
    again(parameters.noiseEvery(), () -> whileTalking(() -> line.makeNoise()));
  }

  private void again(double millis, Runnable event) {
    if (!calm) {
      events.put(
          event,
          time.schedule(
              draw.about(millis),
              () -> {
                event.run();
                again(millis, event);
              }));
    }
  }

  private void whileTalking(Runnable event) {
    if (isTalking()) {
      event.run();
    }
  }

  private boolean isTalking() {
    return line != null && line.isReady();
  }

  /** Only the truth, promptly, and no news. */
  void calmDown() {
    calm = true;
    events.values().forEach(EventLoop.Timer::cancel);
    backAt = 0;
    while (catchUp()) {
      // until it has all that it lacks
    }
    if (line != null) {
      line.speakAgain();
    }
  }

  /** From now on nobody needs it. */
  void isDoneWith() {
    done = true;
  }

  boolean isDone() {
    return done;
  }

  boolean isCalm() {
    return calm;
  }

  // ---- what it hears of

  void findBlock() {
    if (truth.rumour() != null) {
      return;
    }
    List<GroundTruth.KnownTx> chosen = new ArrayList<>();
    for (int n = draw.below(8); n > 0 && !mempool.isEmpty(); n--) {
      GroundTruth.KnownTx next = mempool.remove(draw.below(mempool.size()));
      next.isMined = true;
      chosen.add(next);
    }
    BlockFactory.Block block =
        BlockFactory.block(
            truth.chain.tip(),
            truth.chain.height() + 1,
            chosen.stream().map(known -> known.tx).toList(),
            draw);
    expect(List.of(block), chosen);
  }

  /** Hears of a longer branch, which leaves the chain up to 20 blocks below its end. */
  void reorganise() {
    if (truth.rumour() != null) {
      return;
    }
    int depth = draw.chance(0.7) ? draw.between(1, 3) : draw.between(1, DEEPEST);
    int fork = Math.max(floor, truth.chain.height() - depth);
    Hash previous = truth.chain.hashAt(fork);
    List<BlockFactory.Block> branch = new ArrayList<>();
    for (int height = fork + 1; height <= truth.chain.height() + draw.between(1, 2); height++) {
      BlockFactory.Block block = BlockFactory.block(previous, height, spends(3), draw);
      branch.add(block);
      previous = block.hash;
    }
    expect(branch, List.of());
  }

  private void expect(List<BlockFactory.Block> blocks, List<GroundTruth.KnownTx> transactions) {
    truth.spread(blocks.get(blocks.size() - 1).hash);
    time.schedule(draw.within(0, RUMOUR), () -> arrived(blocks, transactions));
  }

  private void arrived(List<BlockFactory.Block> blocks, List<GroundTruth.KnownTx> transactions) {
    truth.spread(null);
    if (truth.chain.find(blocks.get(0).previous) != null) { // else it is not of this node's chain
      add(blocks, transactions);
    }
  }

  /** Whether it lagged behind, and does less so now. */
  private boolean catchUp() {
    List<BlockFactory.Block> next = replacement.catchUp();
    next.forEach(block -> add(List.of(block), List.of()));
    return !next.isEmpty();
  }

  private void add(List<BlockFactory.Block> blocks, List<GroundTruth.KnownTx> transactions) {
    List<Boolean> withBody = blocks.stream().map(block -> !draw.chance(0.02)).toList();
    if (blocks.get(blocks.size() - 1).height > truth.chain.height()) {
      mined.forEach(known -> known.until = time.nanoTime());
      mined = transactions;
    } else {
      mempool.addAll(transactions); // another block came first
    }
    truth.chain.add(blocks, time.nanoTime(), withBody, true);
    if (isTalking()) {
      line.announceTip();
    }
  }

  /** The header of a block of a client, whose parent it has. */
  void isShown(BlockFactory.Block block) {
    shown.add(block.hash);
  }

  /** Whether a block may build on this one. */
  boolean hasHeader(Hash block) {
    return block.equals(Network.REGTEST.genesis())
        || truth.chain.find(block) != null
        || shown.contains(block);
  }

  /**
   * A block of a client, of which it has the parent's header. Of one with less work Core keeps the
   * header, unless it has asked for it.
   */
  void accept(BlockFactory.Block block, boolean wanted) {
    if (truth.chain.find(block.hash) != null) {
      return;
    }
    shown.add(block.hash);
    if (shown.contains(block.previous) && truth.chain.find(block.previous) == null) {
      early.put(block.previous, block);
      return;
    }
    if (block.height >= truth.chain.height()) {
      add(List.of(block), List.of());
    } else {
      truth.chain.add(block, time.nanoTime(), wanted, true);
    }
    BlockFactory.Block next = early.remove(block.hash);
    if (next != null) {
      accept(next, true);
    }
  }

  private void hearOfTransaction() {
    List<GroundTruth.KnownTx> fresh = new ArrayList<>();
    for (int n = draw.chance(0.9) ? 1 : draw.between(2, 30); n > 0; n--) {
      fresh.add(truth.add(BlockFactory.transaction(draw, draw.chance(0.6)), -1));
    }
    time.schedule(draw.within(0, RUMOUR), () -> arrived(fresh));
  }

  private void arrived(List<GroundTruth.KnownTx> fresh) {
    fresh.forEach(this::accept);
    if (mempool.size() > 500) {
      mempool.remove(0).until = time.nanoTime();
    }
    if (isTalking()) {
      line.announce(fresh);
    }
  }

  /** A transaction is in the mempool from now on. */
  void accept(GroundTruth.KnownTx known) {
    boolean isNew = known.since == Long.MAX_VALUE;
    if ((isNew || known.isLost) && !known.isForged) {
      known.since = time.nanoTime();
      known.until = Long.MAX_VALUE;
      known.isLost = false;
      mempool.add(known);
    }
  }

  /** What the engine is to do with blocks of clients. */
  RelayOptions news() {
    return news;
  }

  List<GroundTruth.KnownTx> mempool() {
    return mempool;
  }

  // ---- coming and going

  private void lose(boolean abruptly) {
    backAt = time.nanoTime() + absence().toNanos();
    lostAgainSoon = draw.chance(0.3);
    line.hangUp(abruptly);
    beside.forEach(side -> side.hangUp(abruptly));
    beside.clear();
    isReplaced = draw.chance(parameters.replaced());
    if (draw.chance(0.2)) {
      loseMempool();
    }
  }

  private void becomeAnother() {
    isReplaced = false;
    shown.clear();
    early.clear();
    loseMempool();
    replacement.next(time.nanoTime());
  }

  /** Killed, it comes back without what waited. */
  private void loseMempool() {
    for (GroundTruth.KnownTx known : mempool) {
      known.until = time.nanoTime();
      known.isLost = true;
    }
    mempool.clear();
  }

  private Duration absence() {
    if (draw.chance(0.6)) {
      return Duration.ZERO;
    }
    return draw.chance(0.85) ? draw.within(0, 6_000) : draw.within(25_000, 50_000);
  }

  @Override
  public CompletionStage<Transport> connect() {
    CompletableFuture<Transport> future = new CompletableFuture<>();
    boolean isBeside = faults.hasNode();
    time.schedule(
        draw.within(0.1, 20),
        () -> {
          if (time.nanoTime() < backAt) {
            loop.enter(
                () ->
                    future.completeExceptionally(new IllegalStateException("connection refused")));
            return;
          }
          NodeLine made =
              new NodeLine(time, draw.split(), truth, faults, this, parameters, isBeside);
          Pipe pipe =
              new Pipe(
                  time,
                  loop,
                  draw.split(),
                  target(),
                  made,
                  parameters.nearest(),
                  parameters.farthest());
          made.connected(pipe);
          if (isBeside) {
            beside.removeIf(NodeLine::isClosed);
            beside.add(made);
          } else {
            shared(made);
          }
          loop.enter(() -> future.complete(pipe));
        });
    return future;
  }

  private void shared(NodeLine made) {
    if (isReplaced) {
      becomeAnother();
    }
    line = made;
    connections++;
    if (lostAgainSoon && !calm) {
      lostAgainSoon = false;
      time.schedule(draw.within(20, 800), () -> loseIfOn(made));
    }
  }

  private void loseIfOn(NodeLine which) {
    if (line == which && !calm && !which.isClosed()) {
      lose(draw.chance(0.5));
    }
  }

  @Override
  public String target() {
    return "node:18444";
  }

  int connections() {
    return connections;
  }

  NodeLine line() {
    return line;
  }
}
