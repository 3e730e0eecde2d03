package org.bitcoinmultiplexer.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;

/** Decides whether it is right that somebody gets no answer; knows who waits for what. */
final class DeliveryOracle {

  private static final class Waiting {
    private final long since;
    private int count;

    private Waiting(long since) {
      this.since = since;
    }
  }

  /** As long may a question of the engine itself have been open. */
  private static final long OWN = 90_000_000_000L;

  /** As long may it wait for its turn where only one thing is asked at a time. */
  private static final long QUEUED = 300_000_000_000L;

  /** So many blocks are found in a week, and a few less. */
  private static final int WEEK = 1_000;

  /** So many blocks may the node have got while it was mute, or had no way to say so. */
  static final int LAG = 60;

  final GroundTruth truth;
  final FaultLog faults;
  private final boolean fromChain;
  private final boolean readsMempool;
  private final int floor;
  private long items;
  private boolean overflown;
  private final Map<Question, Waiting> waiting = new HashMap<>();

  /**
   * An oracle of which nobody waits for anything.
   *
   * @param fromChain whether the engine keeps the header chain, and answers from it
   * @param readsMempool whether the node permits it to read its mempool
   * @param floor every node's chain has more than ten blocks above this height, if there is more
   *     than one node
   */
  DeliveryOracle(
      GroundTruth truth, FaultLog faults, boolean fromChain, boolean readsMempool, int floor) {
    this.truth = truth;
    this.faults = faults;
    this.fromChain = fromChain;
    this.readsMempool = readsMempool;
    this.floor = floor;
  }

  /** Whether the engine may answer from a chain that it keeps. */
  boolean fromChain() {
    return fromChain;
  }

  /** So many blocks may an answer end below the best one. */
  int lag() {
    return fromChain ? LAG : 0;
  }

  /** Where to ask from for an answer of many blocks, whichever node gives it, at most. */
  int floor() {
    return floor;
  }

  /** Whether the engine may not have known what chain this node has. */
  boolean mayTakeForAnother(long asked) {
    return truth.chain.replaced() >= asked - OWN;
  }

  /** The oldest version of the chain that may be the answer to what is asked now. */
  int version() {
    return fromChain ? truth.told() : truth.chain.version();
  }

  /** Somebody waits for an answer from now on. */
  void waits(Question question, long now) {
    items++;
    waiting.computeIfAbsent(question, q -> new Waiting(now)).count++;
  }

  /** And does not any more. */
  void done(Question question) {
    Waiting shared = waiting.get(question);
    if (--shared.count == 0) {
      waiting.remove(question);
    }
  }

  /** The engine noticed that the node is gone. */
  void lost(long now) {
    faults.lost(now);
    waiting.forEach((question, shared) -> faults.lostUnder(kind(question), shared.since, now));
  }

  /**
   * Of what kind the engine takes a question for that the node hung up on: a node that has given
   * away enough gives no block that is older than a week.
   */
  private Object kind(Question question) {
    if (!(question instanceof Question.OfBlock block)) {
      return question;
    }
    Chain.Known known = truth.chain.findEver(block.hash());
    boolean isOld = known == null || truth.chain.height() - known.height() > WEEK;
    return isOld ? Question.OfBlock.class : question;
  }

  /** How often somebody began to wait. */
  long items() {
    return items;
  }

  int open() {
    return waiting.size();
  }

  /** Whether an item that was asked for may be had by nobody between two moments. */
  boolean mayBeAbsent(InventoryVector item, long asked, long now) {
    Hash hash = item.hash();
    if (Question.of(item) instanceof Question.OfTransaction transaction) {
      GroundTruth.KnownTx known = truth.transaction(hash, transaction.isWtxid());
      if (known == null || !known.wasThereThroughout(asked, now)) {
        return true;
      }
    } else {
      Chain.Known known = truth.chain.find(hash);
      if (known == null || !known.hasBody || known.since > asked) {
        return true;
      }
    }
    return mayFail(item, asked, now);
  }

  /** Whether the engine may fail to find out whether there is an item. */
  boolean mayFail(InventoryVector item, long asked, long now) {
    Hash hash = item.hash();
    Question question = Question.of(item);
    long open = waiting.containsKey(question) ? waiting.get(question).since : asked;
    if (question instanceof Question.OfTransaction transaction) {
      GroundTruth.KnownTx known = truth.transaction(hash, transaction.isWtxid());
      // The engine asks for what the node announces, before any client may.
      if (known != null) {
        open = Math.min(open, Math.max(known.since, asked - OWN));
        if (faults.isAccused(known.since, Math.min(known.seen, asked), asked)) {
          return true;
        }
      }
    } else {
      Chain.Known known = truth.chain.find(hash);
      // The engine asks for what the node announces itself, to tell of it in short or to see what
      // is mined. Who joins that question after its first attempt was lost has only the second.
      if (known != null && known.isNews) {
        open = Math.min(open, Math.max(known.since, asked - OWN));
      }
    }
    return faults.isAccused(kind(question), asked) || faults.excuse(question, open, asked, now);
  }

  /** The same for headers, of which each question is asked for itself. */
  boolean mayBeSilent(List<Hash> locator, Hash stop, long asked, long now) {
    return faults.excuse(new Question.OfHeaders(locator, stop), asked, asked, now);
  }

  /**
   * The engine had no room for all that clients submitted, as when there is hardly ever a node for
   * hours. Which it forgot cannot be told.
   */
  void overflown() {
    overflown = true;
  }

  /** Whether the engine may have forgotten what clients submitted. */
  boolean mayBeLost() {
    return overflown;
  }

  /** Whether the engine may have asked in vain for a transaction that the node announced. */
  boolean mayHaveMissed(GroundTruth.KnownTx known) {
    Question question = new Question.OfTransaction(known.tx.wtxid, true);
    long until = known.news + QUEUED;
    return (overflown && known.isSubmitted())
        || known.until < until
        || faults.excuse(question, Math.min(known.since, known.news), known.news, until);
  }

  /**
   * Whether the engine may not know any more that a transaction waits to be mined. On a new
   * connection it knows nothing but what it is told, or what it reads if that is permitted. When it
   * gives up waiting for a node, it fails to get all blocks that it wanted to look through, at
   * once; of more than a hundred it cannot tell what they had, and forgets whatever waited until
   * then. And what the node lost and has got again the engine does not know before it is shown so.
   */
  boolean mayBeForgotten(GroundTruth.KnownTx known, long now) {
    long since = readsMempool ? Math.max(known.seen, now - OWN) : known.seen;
    return known.seenLast < known.since
        || faults.isHopeless(known.seen, now)
        || faults.foundBetween(since, now);
  }

  /** Whether the node may never have shown that it has what a client brought. */
  boolean mayNeverAccept(GroundTruth.KnownTx known, long given) {
    Question question = new Question.OfTransaction(known.tx.wtxid, true);
    return overflown
        || !known.isThere()
        || faults.excuse(question, Math.min(known.since, given), given, given + QUEUED);
  }
}
