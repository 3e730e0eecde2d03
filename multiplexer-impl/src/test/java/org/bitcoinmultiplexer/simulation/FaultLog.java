package org.bitcoinmultiplexer.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;

/**
 * When the node was lost, lied or kept silent, and so which questions may have no answer.
 *
 * <p>A question survives one loss or lie, being asked again, unless it is what the node hangs up
 * for. Without a node for the time of the engine's patience, all end.
 */
final class FaultLog {

  /** How long an answer may take to be checked after it has arrived. */
  static final long CHECKING = 60_000_000L;

  /** How long the engine does not ask again for what it believes the node hangs up for. */
  private static final long REMEMBERED = Duration.ofMinutes(11).toNanos();

  private final long patience;
  private final TreeSet<Long> losses = new TreeSet<>();
  private final Map<Object, List<Long>> lies = new HashMap<>();
  private final Map<Object, List<Long>> silences = new HashMap<>();
  private final List<long[]> hopeless = new ArrayList<>();
  private final Set<Hash> poison = new HashSet<>();
  private final Map<Object, Long> accused = new HashMap<>();
  private long lostAt = -1;
  private boolean hasNode;
  private long foundAt = -1; // the last time

  FaultLog(long patienceNanos) {
    patience = patienceNanos;
  }

  /** The engine noticed that the node is gone. */
  void lost(long now) {
    losses.add(now);
    lostAt = now;
    hasNode = false;
  }

  /** The engine has a node again. */
  void found(long now) {
    if (lostAt >= 0 && now - lostAt >= patience) {
      hopeless.add(new long[] {lostAt + patience, now});
    }
    lostAt = -1;
    hasNode = true;
    foundAt = now;
  }

  /**
   * A question is open while the node is lost. If that happens to it twice, the engine cannot know
   * that it was not the reason.
   *
   * @param since when it was opened
   */
  void lostUnder(Object question, long since, long now) {
    if (losses.tailSet(since - CHECKING, true).size() >= 2) {
      accused.put(question, now);
    }
  }

  /** Whether the engine may believe that it was what the node hung up for. */
  boolean isAccused(Object question, long asked) {
    Long when = accused.get(question);
    return when != null && asked - when < REMEMBERED;
  }

  /** The same of a question that was open for a time, and asked by nobody but the engine. */
  boolean isAccused(long since, long until, long asked) {
    return since <= until
        && losses.subSet(since, true, until, true).size() >= 2
        && asked - losses.floor(until) < REMEMBERED;
  }

  /** Whether the engine has had to begin anew with a node between two moments. */
  boolean foundBetween(long from, long to) {
    return foundAt >= from && foundAt <= to || lostAt >= from;
  }

  /** Whether the engine has a node, as far as it knows. */
  boolean hasNode() {
    return hasNode;
  }

  /** The node hangs up on whoever asks for a block. */
  void poison(Hash block) {
    poison.add(block);
  }

  boolean isPoison(Hash block) {
    return poison.contains(block);
  }

  /** An answer arrived that no check can accept. */
  void lied(Object question, long now) {
    lies.computeIfAbsent(question, q -> new ArrayList<>()).add(now);
  }

  /** The node does not answer a question although it could. */
  void keptSilent(Object question, long now) {
    silences.computeIfAbsent(question, q -> new ArrayList<>()).add(now);
  }

  int losses() {
    return losses.size();
  }

  int lies() {
    return lies.values().stream().mapToInt(List::size).sum();
  }

  /**
   * Whether a question may have ended without an answer although the node had one.
   *
   * @param open since when somebody has been waiting for the same answer
   * @param asked when this one asked
   * @param now when it became plain that there is no answer
   */
  boolean excuse(Object question, long open, long asked, long now) {
    return (question instanceof Question.OfBlock block && isPoison(block.hash()))
        || isAccused(question, asked)
        || within(silences.get(question), asked, now) > 0
        || isHopeless(asked, now)
        || (events(question, asked - CHECKING, now) >= 1
            && events(question, open - CHECKING, now) >= 2);
  }

  private int events(Object question, long from, long to) {
    return losses.subSet(from, true, to, true).size() + within(lies.get(question), from, to);
  }

  /** Whether at some time between two moments the engine had given up waiting for a node. */
  boolean isHopeless(long from, long to) {
    if (lostAt >= 0 && to - lostAt >= patience) {
      return true;
    }
    for (int i = hopeless.size() - 1; i >= 0; i--) {
      long[] span = hopeless.get(i);
      if (span[1] >= from && span[0] <= to) {
        return true;
      }
    }
    return false;
  }

  private static int within(List<Long> times, long from, long to) {
    int count = 0;
    if (times != null) {
      for (int i = times.size() - 1; i >= 0 && times.get(i) >= from; i--) {
        if (times.get(i) <= to) {
          count++;
        }
      }
    }
    return count;
  }
}
