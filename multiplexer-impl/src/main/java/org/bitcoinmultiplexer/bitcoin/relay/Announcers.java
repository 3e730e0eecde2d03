package org.bitcoinmultiplexer.bitcoin.relay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * Which clients said that they have something, in the order in which they said so.
 *
 * <p>Three bounds, so that no client can make it large nor have the others' announcements forgotten
 * at little cost: for each client what it said first is forgotten first, for each hash the first
 * few clients count, and of all hashes the oldest goes.
 *
 * <p>Confined to the engine's loop.
 */
final class Announcers {

  static final int MOST_HASHES = 50_000;
  static final int MOST_OF_ONE_CLIENT = 5_000;
  static final int MOST_FOR_ONE_HASH = 8;

  /** A client and how to ask it: by the type it knows. */
  record Announcer(Client client, int requestType) {}

  private final LinkedHashMap<Hash, List<Announcer>> byHash = new LinkedHashMap<>();
  private final Map<Client, BoundedSet<Hash>> byClient = new HashMap<>();
  private final LongAdder forgotten;

  Announcers(LongAdder forgotten) {
    this.forgotten = forgotten;
  }

  /**
   * Remembers that a client has something.
   *
   * @param requestType the type in a {@code getdata} to this client
   * @return false if it is known, or there are enough others
   */
  boolean add(Hash hash, Client client, int requestType) {
    List<Announcer> announcers = byHash.computeIfAbsent(hash, h -> new ArrayList<>(1));
    if (announcers.size() >= MOST_FOR_ONE_HASH
        || announcers.stream().anyMatch(a -> a.client() == client)) {
      return false;
    }
    announcers.add(new Announcer(client, requestType));
    Hash displaced =
        byClient.computeIfAbsent(client, c -> new BoundedSet<>(MOST_OF_ONE_CLIENT)).push(hash);
    if (displaced != null) {
      forgotten.increment();
      removeFrom(displaced, client);
    }
    if (byHash.size() > MOST_HASHES) {
      forgotten.increment();
      forget(byHash.keySet().iterator().next());
    }
    return true;
  }

  /** Who said so first of those who have not been removed; null if nobody has it. */
  @Nullable Announcer first(Hash hash) {
    List<Announcer> announcers = byHash.get(hash);
    return announcers == null ? null : announcers.get(0);
  }

  /** Nobody is needed for this any more. */
  void forget(Hash hash) {
    List<Announcer> announcers = byHash.remove(hash);
    if (announcers != null) {
      announcers.forEach(announcer -> removeFrom(announcer.client(), hash));
    }
  }

  /** This client has not got it after all. */
  void remove(Hash hash, Client client) {
    removeFrom(client, hash);
    removeFrom(hash, client);
  }

  /** This client is gone. */
  void remove(Client client) {
    BoundedSet<Hash> hashes = byClient.remove(client);
    if (hashes != null) {
      hashes.forEach(hash -> removeFrom(hash, client));
    }
  }

  int size() {
    return byHash.size();
  }

  private void removeFrom(Hash hash, Client client) {
    List<Announcer> announcers = byHash.get(hash);
    if (announcers != null
        && announcers.removeIf(a -> a.client() == client)
        && announcers.isEmpty()) {
      byHash.remove(hash);
    }
  }

  private void removeFrom(Client client, Hash hash) {
    BoundedSet<Hash> hashes = byClient.get(client);
    if (hashes != null && hashes.remove(hash) && hashes.isEmpty()) {
      byClient.remove(client);
    }
  }
}
