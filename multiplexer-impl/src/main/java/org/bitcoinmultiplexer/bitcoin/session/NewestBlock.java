package org.bitcoinmultiplexer.bitcoin.session;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.EngineContext;
import org.jspecify.annotations.Nullable;

/**
 * The block that was announced last, whole: asked upstream once, and only if there is a client that
 * wants to hear of it by a {@code cmpctblock}.
 *
 * <p>Such clients are told of a block later than the others, by the time that it takes to come;
 * after {@link #PATIENCE} they are told without it. {@link #get} and {@link #find} may be called
 * from any thread; state is confined to the engine's loop.
 */
final class NewestBlock {

  /** How long an announcement waits for its block. */
  static final Duration PATIENCE = Duration.ofSeconds(2);

  /** A block as it was asked for, and what waits for it. */
  private static final class Fetch {

    final Hash hash;
    final List<Consumer<? super @Nullable Message>> waiting = new ArrayList<>();
    boolean settled;

    Fetch(Hash hash) {
      this.hash = hash;
    }
  }

  /** A block that is there. */
  private record Known(Hash hash, Message block) {}

  private final EngineContext engine;
  private @Nullable Fetch last;
  private volatile @Nullable Known known;

  NewestBlock(EngineContext engine) {
    this.engine = engine;
  }

  /**
   * Gets a block.
   *
   * @param hash of the block that was announced last
   * @param where the loop in which it is wanted
   * @param then takes the block, or null if it is not to be had or takes too long; once, never
   *     before this returns
   */
  void get(Hash hash, EventLoop where, Consumer<? super @Nullable Message> then) {
    engine.loop().execute(() -> get(hash, block -> where.execute(() -> then.accept(block))));
  }

  private void get(Hash hash, Consumer<? super @Nullable Message> then) {
    Fetch current = last;
    if (current == null || !current.hash.equals(hash)) {
      current = begin(hash);
    }
    if (current.settled) {
      then.accept(find(hash));
    } else {
      current.waiting.add(then);
    }
  }

  private Fetch begin(Hash hash) {
    Fetch next = new Fetch(hash);
    last = next;
    EventLoop.Timer patience = engine.loop().schedule(PATIENCE, () -> settle(next, null));
    engine.ask(
        Inventory.of(Commands.GETDATA, InventoryVector.WITNESS_BLOCK, hash),
        outcome -> {
          patience.cancel();
          settle(next, outcome instanceof Outcome.Answered answered ? answered.message() : null);
        });
    return next;
  }

  /** Of a fetch that another one has followed only those hear who wait for it. */
  private void settle(Fetch fetch, @Nullable Message block) {
    if (block != null && fetch == last) {
      known = new Known(fetch.hash, block);
    }
    if (!fetch.settled) {
      fetch.settled = true;
      fetch.waiting.forEach(then -> then.accept(block));
      fetch.waiting.clear();
    }
  }

  /**
   * The block, if it is there.
   *
   * @param hash of any block
   * @return null if it is another one, or not there yet
   */
  @Nullable Message find(Hash hash) {
    Known there = known;
    return there != null && there.hash.equals(hash) ? there.block : null;
  }
}
