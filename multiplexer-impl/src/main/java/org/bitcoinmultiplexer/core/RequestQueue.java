package org.bitcoinmultiplexer.core;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.RequestSource;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.Rate;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be asked upstream, in fair turns: one exchange of each host, round and round, and
 * of each host's sources in turns. So a client with 50,000 waiting requests delays nobody's single
 * one, and a host with a hundred connections gets as much as one with a single one. Whoever has no
 * host's budget, or one of its own because it is on this machine, is a host by itself. What large
 * answers really weigh is {@linkplain Source#charge charged}, and whoever has had much of late
 * {@link BudgetedQueue stands behind} those who have not; so does who says no more, and probably
 * has gone.
 *
 * <p>There are priority classes. Keyed and keyless requests have priority classes of their own
 * because a router may have room for one when it has none for the other; small and large answers
 * have, because one client's thousand blocks must not stand before another's transaction. What
 * large answers may put into the pipeline is for the caller to bound. And the library's own
 * questions have two:
 *
 * <ul>
 *   <li>its keyless ones, on which all clients depend, go before everything else. They are few, one
 *       after the other, such as the way to the node's best block. But what follows at once upon an
 *       answer could hold up everybody for as long as there is more of it, as the headers of a
 *       whole chain would where only one request is under way at a time: so this priority class
 *       comes last in the round after one in which it was the first.
 *   <li>its keyed ones are what the node announced, which may be a thousand transactions at once.
 *       Nobody waits for a particular one of these, so they do not go before clients; but everybody
 *       waits for some, so they do not wait for a round of all clients either, which is long where
 *       one request at a time goes to a distant node.
 * </ul>
 *
 * <p>What is handed in has a priority class, too. A node may need seconds for a transaction, so
 * this priority class comes last, behind all that others want to know; but first in the round after
 * one in which that left no room for it.
 *
 * <p>All priority classes but that first one take turns: one that was served comes last in the next
 * round. So none can starve another, whatever fills it.
 *
 * <p>In each priority class what is asked again after a lost connection goes first. The cost of
 * every step is constant, however many clients there are. Confined to the engine's loop.
 */
final class RequestQueue {

  /** Up to this weight an answer is small: a full {@code headers} message still is. */
  static final long SMALL = 200_000;

  // The numbers of priority classes. The first takes no turns; small and large ones are pairs,
  // keyed first.
  private static final int OWN_KEYLESS = 0;
  private static final int OWN_KEYED = 1;
  private static final int SMALL_ANSWERS = 2;
  private static final int LARGE_ANSWERS = 4;
  private static final int SUBMISSIONS = 6;
  private static final int LANES = 7;
  private static final int TAKING_TURNS = LANES - 2;

  /** A group of requests that take turns as one, such as those of one client. */
  static final class Source implements RequestSource {

    /** Whether it is the library's own. */
    private final boolean own;

    /** With whose other sources it shares a turn; null if with none. */
    private final @Nullable HostBudget host;

    private final @Nullable HostBudget budget; // null if nobody's

    private boolean ending;
    private boolean left;

    // Made on first use: most clients are idle most of the time.
    private final @Nullable SourceQueue[] waiting = new SourceQueue[LANES];

    // Made when something has to be asked there.
    private @Nullable IdentityHashMap<RequestQueue, Source> aside;

    private Source(boolean own, @Nullable HostBudget budget) {
      this.own = own;
      this.budget = budget;
      this.host = budget == null || budget.isLocal() ? null : budget;
    }

    /** Somebody's who asks as a client does, and has turns of its own. */
    Source() {
      this(false, null);
    }

    /** A client's. */
    Source(HostBudget host) {
      this(false, host);
    }

    /**
     * Charges for what was answered.
     *
     * @param bytes negative if less was than had been charged
     */
    void charge(long bytes) {
      if (budget != null) {
        budget.spend(Rate.ANSWERED_BYTES, bytes);
      }
    }

    /** The library's own. */
    static Source own() {
      return new Source(true, null);
    }

    /** Where the same sit in the turns of a connection beside the shared one. */
    private Source in(RequestQueue others) {
      if (aside == null) {
        aside = new IdentityHashMap<>(2);
      }
      return aside.computeIfAbsent(others, t -> new Source(own, budget));
    }

    /** Nothing follows; who has gone cannot be told from who waits for the last answers. */
    void ending() {
      ending = true;
      if (aside != null) {
        aside.values().forEach(Source::ending);
      }
    }

    /** Whether whoever asked here says no more. */
    boolean isEnding() {
      return ending;
    }

    /** Whether nobody asks from here any more. */
    boolean isLeft() {
      return left;
    }

    private SourceQueue waiting(int priority) {
      SourceQueue queue = waiting[priority];
      if (queue == null) {
        queue = new SourceQueue(this, isLarge(priority) ? budget : null);
        waiting[priority] = queue;
      }
      return queue;
    }
  }

  private static boolean isLarge(int priority) {
    return priority >= LARGE_ANSWERS && priority < SUBMISSIONS;
  }

  /** One priority class: the hosts that have something waiting in it. */
  static final class PriorityClass {

    private final int number;
    private final SourceQueue again = new SourceQueue(null, null);
    private final BudgetedQueue turns = new BudgetedQueue();
    private final Map<HostBudget, FairQueue> hosts = new HashMap<>();

    private PriorityClass(int number) {
      this.number = number;
    }

    /** Whether answers in this priority class are large. */
    boolean isLarge() {
      return RequestQueue.isLarge(number);
    }

    /** Whether what waits in this priority class is handed in and has no answers. */
    boolean isForSubmissions() {
      return number == SUBMISSIONS;
    }

    private void add(RequestAttempt exchange, Source source) {
      SourceQueue queue = source.waiting(number);
      if (queue.isEmpty()) {
        if (source.host == null) {
          turns.add(queue);
        } else {
          ofHost(source.host).add(queue);
        }
      }
      queue.add(exchange);
    }

    private FairQueue ofHost(HostBudget host) {
      FairQueue sources = hosts.get(host);
      if (sources == null) {
        sources =
            new FairQueue() {
              @Override
              public boolean isOverBudget() {
                return isLarge() && host.delay(Rate.ANSWERED_BYTES) > 0;
              }

              @Override
              public void idle() {
                hosts.remove(host);
              }
            };
        hosts.put(host, sources);
        turns.add(sources);
      }
      return sources;
    }

    /** Whose turn it is, without taking it; null if nothing waits. */
    @Nullable RequestAttempt peek() {
      RequestAttempt next = again.peek();
      return next != null ? next : turns.peek();
    }

    /** Removes what was called off; returns how much is left. */
    private int sweep() {
      return again.sweep() + turns.sweep();
    }

    /** Takes what {@link #peek} just returned; its source goes to the end of the round. */
    void take() {
      if (again.isEmpty()) {
        turns.take();
      } else {
        again.take();
      }
    }

    private int size() {
      return again.size() + turns.size();
    }
  }

  /** Below so many leftovers they are not searched for. */
  private static final int SWEEP_AT = 64;

  private final EventLoop loop;
  private final PriorityClass[] priorities = new PriorityClass[LANES];
  private int leftovers; // at most, since the last sweep
  private int kept; // then
  private int first = OWN_KEYED;
  private boolean starved; // whether the priority for submissions got no place in the last round,
  private boolean starves; // and in this one
  private boolean yielding; // whether the priority that takes no turns comes last in this round

  RequestQueue(EventLoop loop) {
    this.loop = loop;
    for (int i = 0; i < LANES; i++) {
      priorities[i] = new PriorityClass(i);
    }
  }

  void add(RequestAttempt exchange) {
    assert Confined.to(loop);
    Source source =
        exchange.aside ? exchange.dispatched.source().in(this) : exchange.dispatched.source();
    if (exchange.attempt > 1) {
      laneOf(exchange, source).again.add(exchange);
    } else {
      laneOf(exchange, source).add(exchange, source);
    }
  }

  /**
   * Somebody else asks for what waits already: it waits at both sources, and is asked when the turn
   * of one comes, so that nobody waits longer for having joined whoever has much to ask.
   */
  void join(RequestAttempt exchange, Source source) {
    assert Confined.to(loop);
    if (exchange.isWaiting() && exchange.attempt == 1 && exchange.dispatched.source() != source) {
      laneOf(exchange, source).add(exchange, source);
    }
  }

  /**
   * Something that waits here was called off. What is called off goes at the latest when it is as
   * much as all that waits: nobody keeps memory here by asking and leaving, however long the node
   * takes.
   */
  void withdrawn() {
    assert Confined.to(loop);
    leftovers++;
    sweepIfWorthwhile();
  }

  /**
   * Nobody asks from a source any more; what waits at it and is wanted by others is still asked.
   */
  void left(Source source) {
    assert Confined.to(loop);
    source.left = true;
    for (SourceQueue queue : source.waiting) {
      leftovers += queue == null ? 0 : queue.size();
    }
    sweepIfWorthwhile();
  }

  private void sweepIfWorthwhile() {
    if (leftovers > Math.max(SWEEP_AT, kept)) {
      leftovers = 0;
      kept = 0;
      for (PriorityClass priority : priorities) {
        kept += priority.sweep();
      }
    }
  }

  /** How much waits, leftovers included. */
  int size() {
    int size = 0;
    for (PriorityClass priority : priorities) {
      size += priority.size();
    }
    return size;
  }

  private PriorityClass laneOf(RequestAttempt exchange, Source source) {
    return priorities[numberOf(exchange, source)];
  }

  private static int numberOf(RequestAttempt exchange, Source source) {
    if (exchange.dispatched.isSubmission()) {
      return SUBMISSIONS;
    }
    boolean keyless = exchange.keys().isEmpty();
    if (source.own) {
      return keyless ? OWN_KEYLESS : OWN_KEYED;
    }
    return (exchange.isLarge() ? LARGE_ANSWERS : SMALL_ANSWERS) + (keyless ? 1 : 0);
  }

  /** How many priority classes there are. */
  int priorities() {
    return LANES;
  }

  /**
   * A priority class.
   *
   * @param place in the order of this round, from 0, where it begins
   */
  PriorityClass priority(int place) {
    if (place == 0) {
      starved = starves; // for the whole round, whatever happens in it
    }
    int at = starved ? place - 1 : place;
    if (at < 0 || at == LANES - 1) {
      return priorities[SUBMISSIONS];
    }
    int turn = yielding ? at : at - 1;
    return turn < 0 || turn == TAKING_TURNS
        ? priorities[OWN_KEYLESS]
        : priorities[OWN_KEYED + (first - OWN_KEYED + turn) % TAKING_TURNS];
  }

  /**
   * Begins another round, in which the priority class that was the first in this one comes last.
   *
   * @param priority the first class that was served; rounds in which none was do not count, or the
   *     rhythm of answers and markers could keep one priority class from ever being the first
   */
  void served(PriorityClass priority) {
    assert Confined.to(loop);
    if (priority.isForSubmissions()) {
      return;
    }
    yielding = priority.number == OWN_KEYLESS;
    if (!yielding) {
      first = priority.number == TAKING_TURNS ? OWN_KEYED : priority.number + 1;
    }
  }

  /** Whether what is to be handed in found no place because of all the requests. */
  void starves(boolean is) {
    starves = is;
  }

  /** Takes everything that waits, for when nobody is there to be asked. */
  @Nullable RequestAttempt poll() {
    assert Confined.to(loop);
    for (PriorityClass priority : priorities) {
      RequestAttempt next = priority.peek();
      if (next != null) {
        priority.take();
        return next;
      }
    }
    return null;
  }
}
