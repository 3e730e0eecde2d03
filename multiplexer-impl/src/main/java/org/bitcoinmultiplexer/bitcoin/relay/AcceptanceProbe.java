package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.node.PoolEntry;
import org.bitcoinmultiplexer.bitcoin.relay.PendingSubmissions.Submission;
import org.bitcoinmultiplexer.bitcoin.relay.PendingSubmissions.Submitter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Asks the node for what clients submitted, until it gives it back: there is no other way to learn
 * whether it accepted a transaction.
 *
 * <pre>
 *   given ──► PLANNED ──its time, or a hint──► ASKED ──the node has it──► (proven)
 *                ▲                               │
 *                └──────── absent, failed ◄──────┘   {@link #PATIENCE} over: (given up)
 * </pre>
 *
 * <p>Bitcoin Core gives back to a peer with {@code noban} at once, to others only what it had at
 * its last round of announcements, which are 5 seconds apart on average. So that it has not got
 * something proves nothing, and it is asked again: at planned times, ever more rarely, and a few
 * times when a hint came that there was such a round or a block.
 *
 * <p>What this costs is charged to whoever submitted: so many questions, then so many a second, and
 * only few of them at the same time. Each client that submitted has a source of its own from which
 * the node is asked; all that clients left behind shares one. So what is asked for one keeps nobody
 * else waiting, neither another who submitted, nor a client, nor the library's own questions; and
 * it is of no use to come, submit and leave a thousand times.
 *
 * <p>Confined to the engine's loop.
 */
final class AcceptanceProbe {

  /** How long the node is asked. */
  static final Duration PATIENCE = Duration.ofMinutes(10);

  /** So much apart are the times at which all is looked through. */
  static final Duration TICK = Duration.ofSeconds(1);

  /** For one client the node is asked so often at once. */
  static final int MOST_ASKS = 500;

  /** And so much more often each second. */
  static final int ASKS_PER_TICK = 50;

  /**
   * So many questions for one client are under way; the others wait here for an answer to these.
   */
  static final int MOST_UNDER_WAY = 32;

  /** How many hints count for one submission. */
  static final int MOST_HINTS = 8;

  /** When the node is asked, in seconds after it was given; then every minute. */
  private static final int[] PLAN = {0, 2, 4, 6, 8, 10, 15, 20, 30};

  private static final int REGULARLY = 60;

  private final EngineContext engine;
  private final PendingSubmissions pending;
  private final Consumer<? super Message> answered;
  private final Consumer<? super Submission> givenUp;
  private final EngineContext.Source leftBehind;
  private @Nullable NodeInfo node;
  private EventLoop.@Nullable Timer timer;
  private boolean hinted;
  private long heeded; // when a hint was heeded last

  /**
   * A search for nothing yet.
   *
   * @param pending what to ask for
   * @param answered hears what the node answered, a {@code tx} message
   * @param leftBehind from where it is asked for what clients left behind
   * @param givenUp hears of what the node has not shown in all that time
   */
  AcceptanceProbe(
      EngineContext engine,
      PendingSubmissions pending,
      EngineContext.Source leftBehind,
      Consumer<? super Message> answered,
      Consumer<? super Submission> givenUp) {
    this.engine = engine;
    this.pending = pending;
    this.answered = answered;
    this.givenUp = givenUp;
    this.leftBehind = leftBehind;
    this.heeded = engine.loop().nanoTime() - TICK.toNanos();
  }

  /** A connection is ready; everything is about to be given anew. */
  void connected(NodeInfo ready) {
    node = ready;
  }

  void disconnected() {
    node = null;
    for (Submitter submitter : pending.submitters()) {
      submitter.waiting.forEach(submission -> submission.asking = false);
      submitter.waiting.clear();
    }
    hinted = false;
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** The node was given something, so its search begins anew. */
  void given(Submission submission) {
    submission.isGiven = true;
    submission.given = engine.loop().nanoTime();
    submission.step = 0;
    submission.hints = MOST_HINTS;
    submission.hinted = submission.asking; // the question under way may be older than the gift
    if (node != null) {
      pursue(submission, false);
      arm();
    }
  }

  /** The node may give more than a moment ago. */
  void hint() {
    if (node == null || pending.isEmpty()) {
      return;
    }
    hinted = true;
    if (engine.loop().nanoTime() - heeded >= TICK.toNanos()) {
      sweep();
    }
  }

  private void arm() {
    if (timer == null && node != null && !pending.isEmpty()) {
      timer = engine.loop().schedule(TICK, this::tick);
    }
  }

  private void tick() {
    timer = null;
    for (Submitter submitter : pending.submitters()) {
      submitter.asks = Math.min(MOST_ASKS, submitter.asks + ASKS_PER_TICK);
    }
    sweep();
    arm();
  }

  private void sweep() {
    long now = engine.loop().nanoTime();
    boolean hint = hinted && now - heeded >= TICK.toNanos();
    if (hint) {
      hinted = false;
      heeded = now;
    }
    List<Submission> hopeless = new ArrayList<>();
    for (Submitter submitter : pending.submitters()) {
      for (Submission submission : submitter.submissions()) {
        if (!submission.isGiven) {
          continue; // the patience counts from when this node has it
        }
        if (!submission.asking && now - submission.given >= PATIENCE.toNanos()) {
          hopeless.add(submission);
        } else {
          pursue(submission, hint);
        }
      }
      askNext(submitter);
    }
    hopeless.forEach(givenUp);
  }

  private void pursue(Submission submission, boolean hint) {
    boolean counts = hint && submission.hints > 0;
    if (submission.asking) {
      submission.hinted |= counts;
    } else if (submission.by.asks > 0 && (counts || isDue(submission))) {
      if (counts) {
        submission.hints--;
      }
      ask(submission);
    }
  }

  private boolean isDue(Submission submission) {
    int step = submission.step;
    long after = step < PLAN.length ? PLAN[step] : (step - PLAN.length + 1L) * REGULARLY;
    return engine.loop().nanoTime() - submission.given >= Duration.ofSeconds(after).toNanos();
  }

  private void ask(Submission submission) {
    while (isDue(submission)) {
      submission.step++;
    }
    submission.by.asks--;
    submission.asking = true;
    submission.by.waiting.add(submission);
    askNext(submission.by);
  }

  private void askNext(Submitter submitter) {
    while (submitter.underWay < MOST_UNDER_WAY) {
      Submission next = submitter.waiting.poll();
      if (next == null) {
        return;
      }
      if (pending.contains(next)) {
        submitter.underWay++;
        engine.counters().count(Counter.SUBMIT_TX_ASKED);
        boolean isLeft = submitter.isClient() && submitter.client() == null;
        EngineContext.Source source = isLeft ? leftBehind : submitter.source;
        source.ask(request(next.entry), outcome -> heard(next, outcome));
      }
    }
  }

  private void heard(Submission submission, Outcome outcome) {
    submission.asking = false;
    submission.by.underWay--;
    if (outcome instanceof Outcome.Answered answer) {
      answered.accept(answer.message());
    }
    if (submission.hinted) {
      submission.hinted = false;
      if (node != null && submission.isGiven && pending.contains(submission)) {
        pursue(submission, true);
      }
    }
    if (!(outcome instanceof Outcome.Failed)) { // else the next would fail, too
      askNext(submission.by);
    }
  }

  /** By wtxid if the node knows such; by txid it may have another witness, which is no evidence. */
  private Message request(PoolEntry entry) {
    return node != null && node.wtxidRelay()
        ? Inventory.of(Commands.GETDATA, InventoryVector.WTX, entry.wtxid())
        : Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_TX, entry.txid());
  }
}
