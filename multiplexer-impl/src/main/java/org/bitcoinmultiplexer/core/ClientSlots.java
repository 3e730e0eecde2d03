package org.bitcoinmultiplexer.core;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.budget.HostBudget;
import org.bitcoinmultiplexer.budget.HostBudgets;
import org.jspecify.annotations.Nullable;

/**
 * Places for so many clients, and who has to make room when somebody comes and there is none.
 *
 * <p>First goes whoever has not done its handshake, or says no more and probably has gone, the
 * oldest first: so neither silent connections nor those who ask and leave keep anybody out. Then
 * the youngest of the host that has most, if that has more than the newcomer's would: so one host
 * does not keep out others. Where a host has as many as it may have, only its own of the first kind
 * make room. Clients on this machine and in this process never have to go before they say no more,
 * but they count.
 *
 * <p>Safe for use by any number of threads.
 */
final class ClientSlots {

  /** The place of one client. */
  final class Slot implements Comparable<Slot> {

    private final Occupancy host;
    private final long serial;
    private boolean left;
    private boolean ending;
    private boolean evicted;
    private @Nullable Consumer<String> eviction;

    private Slot(Occupancy host, long serial) {
      this.host = host;
      this.serial = serial;
    }

    /**
     * Says who is here.
     *
     * @param toEvict ends the client for the reason it is given, if it has to go; any thread
     */
    void occupy(Consumer<String> toEvict) {
      boolean late;
      synchronized (ClientSlots.this) {
        eviction = toEvict;
        late = evicted;
      }
      if (late) {
        toEvict.accept(MADE_ROOM);
      }
    }

    /** Its handshake is done. */
    void ready() {
      synchronized (ClientSlots.this) {
        if (!ending) {
          dispensable.remove(this);
          host.dispensable.remove(this);
        }
      }
    }

    /** It says no more: who has gone cannot be told from who still reads. */
    void ending() {
      synchronized (ClientSlots.this) {
        ending = true;
        if (!left) {
          dispensable.add(this);
          host.dispensable.add(this);
        }
      }
    }

    /** It has gone. */
    void leave() {
      synchronized (ClientSlots.this) {
        remove(this);
      }
    }

    @Override
    public int compareTo(Slot that) {
      return Long.compare(serial, that.serial);
    }

    @Override
    @SuppressWarnings("EqualsUsingHashCode") // identity, which goes with the serial number
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(serial);
    }
  }

  /** The clients of one host, oldest first. */
  private static final class Occupancy {

    final HostBudget budget;
    final long serial;
    final TreeSet<Slot> all = new TreeSet<>();

    /** Those that have not done their handshake, or say no more. */
    final TreeSet<Slot> dispensable = new TreeSet<>();

    Occupancy(HostBudget budget, long serial) {
      this.budget = budget;
      this.serial = serial;
    }

    int size() {
      return all.size();
    }
  }

  private static final String MADE_ROOM = "it had to make room for another client";

  private final int most;
  private final int mostOfHost;
  private final HostBudgets budgets;
  private final Map<HostBudget, Occupancy> hosts = new HashMap<>();
  private final TreeSet<Slot> dispensable = new TreeSet<>(); // of all hosts

  /** The hosts that may have to make room, the one with most clients last. */
  private final TreeSet<Occupancy> bySize =
      new TreeSet<>(Comparator.comparingInt(Occupancy::size).thenComparingLong(o -> o.serial));

  private int size;
  private long serial;

  /**
   * Places that are free.
   *
   * @param most how many clients there may be
   * @param mostOfHost how many of them of one host
   */
  ClientSlots(int most, int mostOfHost, HostBudgets budgets) {
    this.most = most;
    this.mostOfHost = mostOfHost;
    this.budgets = budgets;
  }

  /**
   * Gives a newcomer a place, for which another may lose its own.
   *
   * @param remote the newcomer as its transport says it
   * @return its place, or null if there is none
   */
  @Nullable Slot enter(String remote) {
    Slot slot;
    @Nullable Consumer<String> eviction;
    synchronized (this) {
      HostBudget budget = budgets.open(remote);
      Occupancy host = hosts.get(budget);
      if (host == null) {
        host = new Occupancy(budget, serial++);
      }
      boolean hostIsFull = !budget.isLocal() && host.size() >= mostOfHost;
      Slot victim = hostIsFull ? first(host.dispensable) : size < most ? null : victimFor(host);
      if (victim == null && (hostIsFull || size >= most)) {
        budget.close();
        return null;
      }
      if (victim != null) {
        victim.evicted = true;
        remove(victim);
      }
      eviction = victim == null ? null : victim.eviction;
      slot = new Slot(host, serial++);
      add(slot);
    }
    if (eviction != null) {
      eviction.accept(MADE_ROOM);
    }
    return slot;
  }

  private @Nullable Slot victimFor(Occupancy newcomer) {
    Slot dispensed = first(dispensable);
    if (dispensed != null || bySize.isEmpty()) {
      return dispensed;
    }
    Occupancy largest = bySize.last();
    return largest.size() > newcomer.size() + 1 ? largest.all.last() : null;
  }

  private static @Nullable Slot first(SortedSet<Slot> slots) {
    return slots.isEmpty() ? null : slots.first();
  }

  private void add(Slot slot) {
    Occupancy host = slot.host;
    size++;
    hosts.put(host.budget, host);
    if (host.budget.isLocal()) {
      host.all.add(slot);
      return;
    }
    bySize.remove(host); // while it is where its size says
    host.all.add(slot);
    bySize.add(host);
    host.dispensable.add(slot);
    dispensable.add(slot);
  }

  private void remove(Slot slot) {
    if (slot.left) {
      return;
    }
    slot.left = true;
    size--;
    Occupancy host = slot.host;
    bySize.remove(host);
    host.all.remove(slot);
    host.dispensable.remove(slot);
    dispensable.remove(slot);
    if (host.size() == 0) {
      hosts.remove(host.budget);
    } else if (!host.budget.isLocal()) {
      bySize.add(host);
    }
    host.budget.close();
  }

  /** How many places are taken. */
  synchronized int size() {
    return size;
  }
}
