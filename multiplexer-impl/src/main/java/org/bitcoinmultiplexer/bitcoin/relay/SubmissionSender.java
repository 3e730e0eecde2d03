package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.node.PoolEntry;
import org.bitcoinmultiplexer.bitcoin.relay.PendingSubmissions.Host;
import org.bitcoinmultiplexer.bitcoin.relay.PendingSubmissions.Submission;
import org.bitcoinmultiplexer.bitcoin.relay.PendingSubmissions.Submitter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.Rate;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.EngineContext;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Hands to the node what is pending, of everybody a little at a time.
 *
 * <pre>
 *   offer ──► QUEUED at its submitter ──its turn──► IN FLIGHT ──processed──► given: the node is asked
 *                └── given to the node lately by somebody else ─────────────►
 *                ▲                                          └──lost, refused──► after a while again
 * </pre>
 *
 * <p>A node may need seconds to find that it does not want a transaction, and says nothing to
 * anybody meanwhile. So of one host two are in flight at a time, in turns with all requests; and
 * what the node was seen to need for them is charged to the {@linkplain HostBudget host's budget},
 * as are their bytes, so that neither another connection nor coming again brings more. Whoever
 * hands in more is read from no more until it is its turn: nothing is dropped for having come too
 * fast.
 *
 * <p>A node that {@linkplain NodeInfo#takesUnrequested takes only what it asked for} gets an
 * announcement and asks; one that wants no transactions gets nothing: it would disconnect.
 *
 * <p>Confined to the engine's loop.
 */
final class SubmissionSender {

  /** How many transactions of one host are in flight. */
  static final int MOST_IN_FLIGHT = 2;

  /** The same for what a node has accepted before, which takes none long. */
  static final int MOST_OF_OURS = 8;

  /** For so long a transaction is not given to the same node again. */
  static final Duration RETRY = Duration.ofSeconds(10);

  /** Up to about ten minutes, for which a node's refusals are remembered. */
  private static final int MOST_DOUBLINGS = 6;

  private static final int NANOS_PER_MICRO = 1_000;

  /** Hears of what is done. */
  interface Listener {

    /** The node has dealt with it, or had it lately. */
    void given(Submission submission);
  }

  private final EngineContext engine;
  private final Counters counters;
  private final PendingSubmissions pending;
  private final Listener listener;
  private final EngineContext.Source leftBehind;
  private @Nullable NodeInfo node;
  private int connection;

  SubmissionSender(
      EngineContext engine,
      PendingSubmissions pending,
      EngineContext.Source leftBehind,
      Listener listener) {
    this.engine = engine;
    this.counters = engine.counters();
    this.pending = pending;
    this.leftBehind = leftBehind;
    this.listener = listener;
  }

  /** A connection is ready, to which nothing has been given. */
  void connected(NodeInfo ready) {
    node = ready;
    connection++;
    pending.submitters().forEach(submitter -> submitter.submissions().forEach(this::enqueue));
    pending.submitters().forEach(submitter -> proceed(submitter.host));
  }

  /** The connection is gone; what was on its way is pending still. */
  void disconnected() {
    node = null;
    for (Submitter submitter : pending.submitters()) {
      stopResting(submitter.host);
      submitter
          .submissions()
          .forEach(
              submission -> {
                submission.isQueued = false;
                submission.isGiven = false;
                submission.wanted = -1;
                release(submission);
              });
    }
  }

  /** Gives the node something that is pending, unless it had it a moment ago. */
  void offer(Submission submission) {
    enqueue(submission);
    proceed(submission.by.host);
  }

  /**
   * The node asked for it.
   *
   * @param type by which type of inventory vector
   */
  void serve(Submission submission, int type) {
    submission.wanted = type;
    offer(submission);
  }

  /** It is pending no more. */
  void release(Submission submission) {
    Client client = submission.by.client();
    int cost = submission.heldBack;
    submission.heldBack = 0;
    if (submission.again != null) {
      submission.again.cancel();
      submission.again = null;
    }
    if (client != null && cost > 0) {
      client.processed(cost);
    }
  }

  private void enqueue(Submission submission) {
    NodeInfo to = node;
    if (to == null) {
      release(submission);
    } else if (!to.relay()) {
      counters.count(Counter.SUBMIT_TX_UNWANTED);
      release(submission);
    } else if (!submission.isQueued) {
      submission.isQueued = true;
      Submitter by = submission.by;
      by.host.over(connection);
      if (by.toGive.isEmpty()) {
        by.host.turns.add(by);
      }
      by.toGive.add(submission);
    }
  }

  private void proceed(Host host) {
    while (node != null && !host.turns.isEmpty()) {
      Submitter by = host.turns.element();
      if (host.inFlight >= (by.isClient() ? MOST_IN_FLIGHT : MOST_OF_OURS) || isInDebt(host)) {
        return;
      }
      host.turns.remove();
      Submission next = by.toGive.remove();
      if (!by.toGive.isEmpty()) {
        host.turns.add(by);
      }
      next.isQueued = false;
      if (pending.contains(next)) {
        give(next, node);
      } else {
        release(next);
      }
    }
  }

  private void give(Submission submission, NodeInfo to) {
    PoolEntry entry = submission.entry;
    boolean again = entry.wasGiven(connection);
    long now = engine.loop().nanoTime();
    if (again && submission.wanted < 0 && now - entry.given() < RETRY.toNanos()) {
      given(submission);
      return;
    }
    if (again) {
      counters.count(Counter.SUBMIT_TX_REPEATED);
    }
    entry.given(connection, now);
    Submitter by = submission.by;
    Message message = message(submission, to);
    by.host.inFlight++;
    if (by.isClient()) {
      by.host.budget.spend(Rate.SUBMITTED_BYTES, message.size());
    }
    boolean isLeft = by.isClient() && by.client() == null;
    (isLeft ? leftBehind : by.source).submit(message, new Receipt(submission, connection));
    submission.wanted = -1;
  }

  private static Message message(Submission submission, NodeInfo to) {
    PoolEntry entry = submission.entry;
    if (submission.wanted == InventoryVector.TX) {
      return Transaction.strip(entry.full());
    }
    if (submission.wanted >= 0 || to.takesUnrequested()) {
      return entry.full();
    }
    return to.wtxidRelay()
        ? Inventory.of(Commands.INV, InventoryVector.WTX, entry.wtxid())
        : Inventory.of(Commands.INV, InventoryVector.TX, entry.txid());
  }

  private void given(Submission submission) {
    release(submission);
    if (pending.contains(submission)) {
      listener.given(submission);
    }
  }

  /** One on its way, over one connection. */
  private final class Receipt implements EngineContext.Receipt {
    private final Submission submission;
    private final int over;

    Receipt(Submission submission, int over) {
      this.submission = submission;
      this.over = over;
    }

    @Override
    public void processed(long took) {
      Host host = submission.by.host;
      host.budget.spend(Rate.SUBMITTED_TIME, took / NANOS_PER_MICRO);
      if (over == connection && node != null) {
        host.inFlight--;
        given(submission);
        proceed(host);
      }
    }

    /**
     * What is lost with its connection is offered on the next. What is refused while there is one,
     * because it was on its way when others ended, may be innocent, and is offered again here.
     */
    @Override
    public void lost() {
      if (over == connection && node != null) {
        submission.by.host.inFlight--;
        release(submission);
        offerLater(submission);
        proceed(submission.by.host);
      }
    }
  }

  private void offerLater(Submission submission) {
    Duration pause = RETRY.multipliedBy(1L << Math.min(submission.refusals++, MOST_DOUBLINGS));
    submission.again =
        engine
            .loop()
            .schedule(
                pause,
                () -> {
                  submission.again = null;
                  offer(submission);
                });
  }

  private boolean isInDebt(Host host) {
    if (host.resting != null) {
      return true;
    }
    long delay =
        Math.max(host.budget.delay(Rate.SUBMITTED_TIME), host.budget.delay(Rate.SUBMITTED_BYTES));
    if (delay == 0) {
      return false;
    }
    host.resting =
        engine
            .loop()
            .schedule(
                Duration.ofNanos(delay),
                () -> {
                  host.resting = null;
                  proceed(host);
                });
    return true;
  }

  private static void stopResting(Host host) {
    if (host.resting != null) {
      host.resting.cancel();
      host.resting = null;
    }
  }
}
