package org.bitcoinmultiplexer.bitcoin.relay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.jspecify.annotations.Nullable;

/**
 * What clients brought a moment before its parent was known here: it waits a while for that.
 *
 * <p>Of one client little waits, and of all; of more the oldest is given up. Confined to the
 * engine's loop.
 */
final class OrphanBlocks {

  /** How long something waits: as long as it takes to learn where the node's chain ends. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Duration TICK = Duration.ofSeconds(1);
  private static final int MOST = 8;
  private static final int MOST_OF_ONE_CLIENT = 2;
  private static final long MOST_BYTES = 8_000_000;

  /** What is to be done at the end: when the parent is known, or without it. */
  interface Waiting {

    void parentKnown();

    void givenUp();
  }

  private record Orphan(Client from, Hash parent, int bytes, long since, Waiting waiting) {}

  private final EventLoop loop;
  private final Predicate<Hash> isKnown;
  private final Deque<Orphan> orphans = new ArrayDeque<>();
  private EventLoop.@Nullable Timer timer;
  private long bytes;

  OrphanBlocks(EventLoop loop, Predicate<Hash> isKnown) {
    this.loop = loop;
    this.isKnown = isKnown;
  }

  /** Something waits for its parent. */
  void add(Client from, Hash parent, int size, Waiting waiting) {
    orphans.add(new Orphan(from, parent, size, loop.nanoTime(), waiting));
    bytes += size;
    List<Orphan> own = new ArrayList<>(orphans);
    own.removeIf(orphan -> orphan.from != from);
    if (own.size() > MOST_OF_ONE_CLIENT) {
      giveUp(own.get(0));
    }
    while (orphans.size() > MOST || bytes > MOST_BYTES) {
      giveUp(orphans.element());
    }
    arm();
  }

  /** What a client brought is of no use without it. */
  void left(Client client) {
    List.copyOf(orphans).stream().filter(orphan -> orphan.from == client).forEach(this::giveUp);
  }

  private void arm() {
    if (timer == null && !orphans.isEmpty()) {
      timer = loop.schedule(TICK, this::tick);
    }
  }

  private void tick() {
    timer = null;
    for (Orphan orphan : List.copyOf(orphans)) {
      if (isKnown.test(orphan.parent)) {
        remove(orphan);
        orphan.waiting.parentKnown();
      } else if (loop.nanoTime() - orphan.since >= PATIENCE.toNanos()) {
        giveUp(orphan);
      }
    }
    arm();
  }

  private void giveUp(Orphan orphan) {
    if (remove(orphan)) {
      orphan.waiting.givenUp();
    }
  }

  private boolean remove(Orphan orphan) {
    boolean was = orphans.remove(orphan);
    bytes -= was ? orphan.bytes : 0;
    return was;
  }
}
