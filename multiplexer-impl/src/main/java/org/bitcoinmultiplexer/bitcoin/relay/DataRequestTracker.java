package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.bitcoin.relay.Announcers.Announcer;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.Counters;
import org.bitcoinmultiplexer.metrics.Counter;
import org.jspecify.annotations.Nullable;

/**
 * Asks clients for what they announced, one after the other until one delivers.
 *
 * <pre>
 *   want ──► WAITING for a turn at a client ──► ASKED ──arrived──► (ended)
 *               ▲                                 │
 *               └── next announcer ◄──────────────┤ notfound, gone, or {@link #PATIENCE} over
 *                                                 └── no announcer left: exhausted
 * </pre>
 *
 * <p>A client that failed is no longer an announcer, so nobody is asked twice for one announcement.
 * What is asked of a client at once is bounded; the rest waits its turn, and of too much the oldest
 * is given up.
 *
 * <p>Requests are collected and leave with {@link #flush}, which whoever calls anything else here
 * calls at the end. Confined to the engine's loop.
 */
final class DataRequestTracker {

  /** How long a client may take. Bitcoin Core's GETDATA_TX_INTERVAL. */
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How much is asked of one client at once; a transaction counts as one. */
  static final int MOST_ASKED = 100;

  /** What a block counts as: two at once, and nothing beside them. */
  private static final int BLOCK = MOST_ASKED / 2;

  private static final class Fetch {
    final Hash hash;
    Announcer announcer;
    EventLoop.@Nullable Timer timer;

    Fetch(Hash hash, Announcer announcer) {
      this.hash = hash;
      this.announcer = announcer;
    }

    int cost() {
      return InventoryVector.isBlock(announcer.requestType()) ? BLOCK : 1;
    }
  }

  /** What one client is asked and to be asked. */
  private static final class Load {
    final Client client;
    final Set<Fetch> asked = new LinkedHashSet<>();
    final BoundedSet<Fetch> waiting = new BoundedSet<>(Announcers.MOST_OF_ONE_CLIENT);
    final List<InventoryVector> unsent = new ArrayList<>();
    int cost;

    Load(Client client) {
      this.client = client;
    }
  }

  private final EventLoop loop;
  private final Counters counters;
  private final Announcers announcers;
  private final Consumer<? super Hash> exhausted;
  private final Map<Hash, Fetch> fetches = new HashMap<>();
  private final Map<Client, Load> loads = new LinkedHashMap<>();
  private final Set<Load> unflushed = new LinkedHashSet<>();

  /**
   * Nothing is fetched yet.
   *
   * @param exhausted hears of what nobody has delivered
   */
  DataRequestTracker(
      EventLoop loop, Counters counters, Announcers announcers, Consumer<? super Hash> exhausted) {
    this.loop = loop;
    this.counters = counters;
    this.announcers = announcers;
    this.exhausted = exhausted;
  }

  /** Whether something is being fetched. */
  boolean contains(Hash hash) {
    return fetches.containsKey(hash);
  }

  /** Fetches something from its announcers, unless that is under way. */
  void want(Hash hash) {
    assert loop.inEventLoop();
    if (!fetches.containsKey(hash)) {
      proceed(hash, null);
    }
  }

  /** It has come, from wherever. */
  void arrived(Hash hash) {
    assert loop.inEventLoop();
    Fetch fetch = fetches.remove(hash);
    if (fetch != null) {
      release(fetch);
    }
  }

  /** A client has not got something. */
  void refused(Client client, Hash hash) {
    Fetch fetch = fetches.get(hash);
    if (fetch != null && fetch.announcer.client() == client) {
      fail(fetch);
    } else {
      announcers.remove(hash, client);
    }
  }

  /** A client is gone. */
  void left(Client client) {
    assert loop.inEventLoop();
    announcers.remove(client);
    Load load = loads.remove(client);
    if (load == null) {
      return;
    }
    unflushed.remove(load);
    for (Fetch fetch : load.asked) {
      cancelTimer(fetch);
    }
    load.asked.forEach(fetch -> proceed(fetch.hash, fetch));
    load.waiting.forEach(fetch -> proceed(fetch.hash, fetch));
  }

  /** Sends what has been collected. */
  void flush() {
    assert loop.inEventLoop();
    for (Load load : unflushed) {
      load.client.push(Inventory.of(Commands.GETDATA, load.unsent));
      load.unsent.clear();
    }
    unflushed.clear();
  }

  private void proceed(Hash hash, @Nullable Fetch begun) {
    Announcer next = announcers.first(hash);
    if (next == null) {
      fetches.remove(hash);
      exhausted.accept(hash);
      return;
    }
    Fetch fetch = begun;
    if (fetch == null) {
      fetch = new Fetch(hash, next);
      fetches.put(hash, fetch);
    } else {
      fetch.announcer = next;
    }
    Load load = loads.computeIfAbsent(next.client(), Load::new);
    if (load.cost + fetch.cost() <= MOST_ASKED) {
      ask(load, fetch);
      return;
    }
    Fetch displaced = load.waiting.push(fetch);
    if (displaced != null) {
      counters.count(Counter.ASK_CLIENT_FORGOTTEN);
      fetches.remove(displaced.hash);
      announcers.forget(displaced.hash);
      exhausted.accept(displaced.hash);
    }
  }

  private void ask(Load load, Fetch fetch) {
    Client client = load.client;
    counters.count(Counter.ASK_CLIENT);
    load.asked.add(fetch);
    load.cost += fetch.cost();
    load.unsent.add(new InventoryVector(fetch.announcer.requestType(), fetch.hash));
    unflushed.add(load);
    fetch.timer = loop.schedule(PATIENCE, () -> expired(fetch, client));
  }

  private void expired(Fetch fetch, Client client) {
    if (fetches.get(fetch.hash) == fetch && fetch.announcer.client() == client) {
      fail(fetch);
      flush();
    }
  }

  private void fail(Fetch fetch) {
    counters.count(Counter.ASK_CLIENT_FAILED);
    announcers.remove(fetch.hash, fetch.announcer.client());
    release(fetch);
    proceed(fetch.hash, fetch);
  }

  private void release(Fetch fetch) {
    cancelTimer(fetch);
    Load load = loads.get(fetch.announcer.client());
    if (load == null || load.waiting.remove(fetch) || !load.asked.remove(fetch)) {
      return;
    }
    load.cost -= fetch.cost();
    while (load.cost < MOST_ASKED) {
      Fetch next = load.waiting.poll();
      if (next == null) {
        return;
      }
      ask(load, next);
    }
  }

  private static void cancelTimer(Fetch fetch) {
    EventLoop.Timer timer = fetch.timer;
    if (timer != null) {
      timer.cancel();
      fetch.timer = null;
    }
  }
}
