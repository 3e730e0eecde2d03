package org.bitcoinmultiplexer.bitcoin.news;

import java.time.Duration;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.handshake.NodeInfo;
import org.bitcoinmultiplexer.bitcoin.news.PendingSubmissions.Submission;
import org.bitcoinmultiplexer.bitcoin.news.PendingSubmissions.Submitter;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.core.Hub;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Hands to the node what is pending, of everybody a little at a time.
 *
 * <pre>
 *   offer ──► QUEUED at its submitter ──its turn──► IN FLIGHT ──processed──► given: the node is asked
 *                └── given to the node lately by somebody else ─────────────►
 * </pre>
 *
 * <p>A node may need seconds to find that it does not want a transaction, and says nothing to
 * anybody meanwhile. So of one submitter two are in flight at a time, in turns with all requests;
 * and what the node was seen to need for them is charged: so much time at once, and a quarter of
 * all time from then on. Whoever hands in more is read from no more until it is its turn: nothing
 * is dropped for having come too fast.
 *
 * <p>A node that {@linkplain NodeInfo#takesUnrequested takes only what it asked for} gets an
 * announcement and asks; one that wants no transactions gets nothing: it would disconnect.
 *
 * <p>Confined to the hub's loop.
 */
final class SubmissionSender {

  /** How many transactions of one submitter are in flight. */
  static final int MOST_IN_FLIGHT = 2;

  /** The same for what a node has accepted before, which takes none long. */
  static final int MOST_OF_OURS = 8;

  /** So much of the node's time a submitter may take at once. */
  static final Duration BURST = Duration.ofSeconds(2);

  /** And from then on one part of so many. */
  static final int SHARE = 4;

  /** For so long a transaction is not given to the same node again. */
  static final Duration RETRY = Duration.ofSeconds(10);

  /** Hears of what is done. */
  interface Listener {

    /** The node has dealt with it, or had it lately. */
    void given(Submission submission);
  }

  private final Hub hub;
  private final Counters counters;
  private final PendingSubmissions pending;
  private final Listener listener;
  private final Hub.Seat leftBehind;
  private @Nullable NodeInfo node;
  private int connection;

  SubmissionSender(Hub hub, PendingSubmissions pending, Hub.Seat leftBehind, Listener listener) {
    this.hub = hub;
    this.counters = hub.counters();
    this.pending = pending;
    this.leftBehind = leftBehind;
    this.listener = listener;
  }

  /** A connection is ready, to which nothing has been given. */
  void connected(NodeInfo ready) {
    node = ready;
    connection++;
    pending.submitters().forEach(submitter -> submitter.submissions().forEach(this::enqueue));
    pending.submitters().forEach(this::proceed);
  }

  /** The connection is gone; what was on its way is pending still. */
  void disconnected() {
    node = null;
    for (Submitter submitter : pending.submitters()) {
      submitter.toGive.clear();
      submitter.inFlight = 0;
      stopResting(submitter);
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
    proceed(submission.by);
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
      submission.by.toGive.add(submission);
    }
  }

  private void proceed(Submitter by) {
    int most = by.isClient() ? MOST_IN_FLIGHT : MOST_OF_OURS;
    while (node != null && by.inFlight < most && !by.toGive.isEmpty()) {
      if (isInDebt(by)) {
        return;
      }
      Submission next = by.toGive.remove();
      next.isQueued = false;
      if (pending.contains(next)) {
        give(next, node);
      } else {
        release(next);
      }
    }
  }

  private void give(Submission submission, NodeInfo to) {
    TransactionPool.Entry entry = submission.entry;
    boolean again = entry.givenOn == connection;
    long now = hub.loop().nanoTime();
    if (again && submission.wanted < 0 && now - entry.given < RETRY.toNanos()) {
      given(submission);
      return;
    }
    if (again) {
      counters.count(Counter.SUBMIT_TX_REPEATED);
    }
    entry.given = now;
    entry.givenOn = connection;
    submission.by.inFlight++;
    boolean isLeft = submission.by.isClient() && submission.by.client() == null;
    (isLeft ? leftBehind : submission.by.seat)
        .submit(message(submission, to), new Receipt(submission, connection));
    submission.wanted = -1;
  }

  private static Message message(Submission submission, NodeInfo to) {
    TransactionPool.Entry entry = submission.entry;
    if (submission.wanted == InventoryVector.TX) {
      return Transaction.strip(entry.full);
    }
    if (submission.wanted >= 0 || to.takesUnrequested()) {
      return entry.full;
    }
    return to.wtxidRelay()
        ? Inventory.of(Commands.INV, InventoryVector.WTX, entry.wtxid)
        : Inventory.of(Commands.INV, InventoryVector.TX, entry.txid);
  }

  private void given(Submission submission) {
    release(submission);
    if (pending.contains(submission)) {
      listener.given(submission);
    }
  }

  /** One on its way, over one connection. */
  private final class Receipt implements Hub.Receipt {
    private final Submission submission;
    private final int over;

    Receipt(Submission submission, int over) {
      this.submission = submission;
      this.over = over;
    }

    @Override
    public void processed(long took) {
      Submitter by = submission.by;
      charge(by, took);
      if (over == connection && node != null) {
        by.inFlight--;
        given(submission);
        proceed(by);
      }
    }

    /** What is lost with its connection is offered on the next. */
    @Override
    public void lost() {
      if (over == connection && node != null) {
        submission.by.inFlight--;
        release(submission);
      }
    }
  }

  // ---- the node's time

  private void charge(Submitter by, long took) {
    refill(by);
    by.credit -= took;
  }

  private void refill(Submitter by) {
    long now = hub.loop().nanoTime();
    by.credit = Math.min(BURST.toNanos(), by.credit + (now - by.credited) / SHARE);
    by.credited = now;
  }

  private boolean isInDebt(Submitter by) {
    if (by.resting != null) {
      return true;
    }
    refill(by);
    if (by.credit >= 0) {
      return false;
    }
    by.resting =
        hub.loop()
            .schedule(
                Duration.ofNanos(-by.credit * SHARE),
                () -> {
                  by.resting = null;
                  proceed(by);
                });
    return true;
  }

  private static void stopResting(Submitter by) {
    if (by.resting != null) {
      by.resting.cancel();
      by.resting = null;
    }
  }
}
