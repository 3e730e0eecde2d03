package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.bitcoin.node.PoolEntry;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.core.EngineContext;
import org.jspecify.annotations.Nullable;

/**
 * What was submitted and the node of this connection has not yet shown to have accepted. Only the
 * node gets it from here.
 *
 * <p>Two bounds. What one client has here is bounded, and makes room for more of its own, the
 * oldest first; what all have together is bounded too, and the client that takes most of it makes
 * room. A transaction that two clients submit is kept for each of them: neither depends on what
 * becomes of the other. What a client leaves behind stays its own. What a node has accepted before,
 * and is offered again to the next, is bounded where it is kept: {@link UnconfirmedSubmissions}.
 *
 * <p>Confined to the engine's loop.
 */
final class PendingSubmissions {

  /** What one client may have here, in bytes: about 900 payments. */
  static final long MOST_OF_ONE_CLIENT = 2L << 20;

  /** What all may have here. */
  static final long MOST = 16L << 20;

  /** What each counts for beyond its memory, for what it takes to ask for it. */
  static final int SURCHARGE = 1_600;

  /** A transaction as one client submitted it, and how the search for evidence goes. */
  static final class Submission {
    final PoolEntry entry;
    final Submitter by;

    /** Whether its client sent it, and so is to be told when it is accepted. */
    boolean isAwaited;

    /** Whether it waits to be handed in. */
    boolean isQueued;

    /** The type of inventory vector by which the node asked for it; -1 if it did not. */
    int wanted = -1;

    /** How often it was refused, for it may be what ended a connection. */
    int refusals;

    /** Offers it again after that. */
    EventLoop.@Nullable Timer again;

    /** What it {@linkplain Client#cost costs} its client, which is read from no more for much. */
    int heldBack;

    /** Whether the node of this connection could have got it; and when, in the loop's time. */
    boolean isGiven;

    long given;

    /** How many of the planned times to ask are over. */
    int step;

    /** How often it may still be asked for out of turn. */
    int hints;

    /** Whether the node is being asked, and whether it is to be asked again right afterwards. */
    boolean asking;

    boolean hinted;

    private Submission(PoolEntry entry, Submitter by) {
      this.entry = entry;
      this.by = by;
    }

    /** It is pending no more. */
    void unaccepted(String reason) {
      if (by.client != null) {
        by.client.unaccepted(reason);
      }
    }

    private long weight() {
      return by.isClient ? entry.weight() + SURCHARGE : 0;
    }
  }

  /** Those of one host, who hand in one after the other. */
  static final class Host {
    final HostBudget budget;

    /** Who of them has something to be handed in, in turns. */
    final Deque<Submitter> turns = new ArrayDeque<>();

    /** How much is on its way, over which connection; none is over another. */
    int inFlight;

    int connection;

    /** Of a host that has used up its budget. */
    EventLoop.@Nullable Timer resting;

    private int submitters; // that have something here

    private Host(HostBudget budget) {
      this.budget = budget;
    }

    /**
     * Something is about to be handed in: what was to be, or was on its way, over another
     * connection is no more, even of those who have nothing here since.
     */
    void over(int now) {
      if (connection != now) {
        connection = now;
        inFlight = 0;
        turns.forEach(submitter -> submitter.toGive.clear());
        turns.clear();
      }
    }
  }

  /** Somebody who submitted, perhaps gone since, and what that may cost the node. */
  static final class Submitter {
    private final Set<Submission> submissions = new LinkedHashSet<>();
    private final boolean isClient;
    private @Nullable Client client;
    private long bytes;

    final Host host;

    /** How often the node may be asked on its behalf before it has to wait. */
    int asks = AcceptanceProbe.MOST_ASKS;

    /** From where it is asked, as long as the client is there. */
    final EngineContext.Source source;

    /** How many questions are under way, and for what it is to be asked next. */
    int underWay;

    final Deque<Submission> waiting = new ArrayDeque<>();

    /** What is to be handed in. */
    final Deque<Submission> toGive = new ArrayDeque<>();

    private Submitter(@Nullable Client client, Host host, EngineContext.Source source) {
      this.client = client;
      this.isClient = client != null;
      this.host = host;
      this.source = source;
    }

    /** Null if it is gone, or never was one. */
    @Nullable Client client() {
      return client;
    }

    /** Whether it is, or was, a client; not what is offered again of what a node has accepted. */
    boolean isClient() {
      return isClient;
    }

    /** From the oldest on. */
    Collection<Submission> submissions() {
      return submissions;
    }
  }

  private final EngineContext engine;
  private final Consumer<? super Submission> displaced;
  private final Submitter ours;
  private final Map<Hash, List<Submission>> byWtxid = new HashMap<>();
  private final Map<Hash, List<Submission>> byTxid = new HashMap<>();
  private final Map<Client, Submitter> present = new HashMap<>();
  private final Map<HostBudget, Host> hosts = new HashMap<>();
  private final Set<Submitter> submitters = new LinkedHashSet<>();
  private long bytes;

  /**
   * A store of nothing.
   *
   * @param engine gives each who submits a source
   * @param displaced hears of what is forgotten for lack of room
   */
  PendingSubmissions(EngineContext engine, Consumer<? super Submission> displaced) {
    this.engine = engine;
    this.displaced = displaced;
    this.ours = new Submitter(null, new Host(engine.budget()), engine.source());
  }

  boolean isEmpty() {
    return submitters.isEmpty();
  }

  /** Everybody who has something here. */
  Collection<Submitter> submitters() {
    return submitters;
  }

  /** All submissions of a transaction. */
  List<Submission> of(Hash wtxid) {
    return byWtxid.getOrDefault(wtxid, List.of());
  }

  /**
   * A transaction by one of its names, by its txid the form that came last; null if none is here.
   */
  @Nullable Submission find(Hash id, boolean isWtxid) {
    List<Submission> found = (isWtxid ? byWtxid : byTxid).get(id);
    return found == null ? null : found.get(found.size() - 1);
  }

  /** The same, if this client submitted it. */
  @Nullable Submission find(Client client, Hash id, boolean isWtxid) {
    for (Submission submission : (isWtxid ? byWtxid : byTxid).getOrDefault(id, List.of())) {
      if (submission.by.client == client) {
        return submission;
      }
    }
    return null;
  }

  /** Keeps what a client submitted, which it has not got here. */
  Submission add(Client client, PoolEntry entry) {
    Submitter by = present.computeIfAbsent(client, this::submitter);
    Submission added = add(by, entry);
    while (by.bytes > MOST_OF_ONE_CLIENT) {
      displaceOldest(by);
    }
    while (bytes > MOST) {
      displaceOldest(greediest());
    }
    return added;
  }

  private Submitter submitter(Client client) {
    HostBudget budget = client.budget();
    return new Submitter(client, hosts.computeIfAbsent(budget, Host::new), engine.source(budget));
  }

  /** Keeps what a node has accepted, until the one of this connection has shown it, too. */
  Submission addOurs(PoolEntry entry) {
    for (Submission submission : of(entry.wtxid())) {
      if (submission.by == ours) {
        return submission;
      }
    }
    return add(ours, entry);
  }

  private Submission add(Submitter by, PoolEntry entry) {
    if (submitters.add(by)) {
      by.host.submitters++;
    }
    Submission added = new Submission(entry, by);
    by.submissions.add(added);
    byWtxid.computeIfAbsent(entry.wtxid(), id -> new ArrayList<>(1)).add(added);
    byTxid.computeIfAbsent(entry.txid(), id -> new ArrayList<>(1)).add(added);
    by.bytes += added.weight();
    bytes += added.weight();
    return added;
  }

  /** Whoever takes the most room; of several the one that came first. */
  private Submitter greediest() {
    Submitter greediest = submitters.iterator().next();
    for (Submitter submitter : submitters) {
      if (submitter.bytes > greediest.bytes) {
        greediest = submitter;
      }
    }
    return greediest;
  }

  private void displaceOldest(Submitter from) {
    Submission oldest = from.submissions.iterator().next();
    remove(oldest);
    displaced.accept(oldest);
  }

  boolean contains(Submission submission) {
    return submission.by.submissions.contains(submission);
  }

  /** What was offered again need not be any more: it is mined, or never will be. */
  void removeOurs(Hash wtxid) {
    for (Submission submission : List.copyOf(of(wtxid))) {
      if (submission.by == ours) {
        remove(submission);
      }
    }
  }

  /** The node has accepted a transaction, or nobody waits for that any more. */
  void remove(Submission submission) {
    Submitter by = submission.by;
    if (!by.submissions.remove(submission)) {
      return;
    }
    PoolEntry entry = submission.entry;
    by.bytes -= submission.weight();
    bytes -= submission.weight();
    remove(byWtxid, entry.wtxid(), submission);
    remove(byTxid, entry.txid(), submission);
    if (by.submissions.isEmpty()) {
      submitters.remove(by);
      if (--by.host.submitters == 0) {
        hosts.remove(by.host.budget);
      }
      if (by.client != null) {
        present.remove(by.client);
      }
    }
  }

  private static void remove(Map<Hash, List<Submission>> index, Hash id, Submission submission) {
    List<Submission> sharing = index.get(id);
    if (sharing != null && sharing.remove(submission) && sharing.isEmpty()) {
      index.remove(id);
    }
  }

  /** A client is gone; what it submitted stays. */
  void left(Client client) {
    Submitter gone = present.remove(client);
    if (gone != null) {
      gone.client = null;
    }
  }
}
