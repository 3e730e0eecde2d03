package org.bitcoinmultiplexer.bitcoin.session;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.api.EventLoop.Timer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.node.TransactionNotification;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FeeFilter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.core.ClientContext;
import org.jspecify.annotations.Nullable;

/**
 * Announces transactions to one client, in its flavour: by wtxid if that was negotiated (BIP339),
 * else by txid, because bitcoinj takes an inventory vector of an unknown type for a fatal error.
 *
 * <p>News are collected for {@link #TICK} and go out as one {@code inv}. Nothing is announced to a
 * client that said {@code relay=0} and nothing of filters since (Core and Neutrino disconnect
 * whoever does), to one with a filter only what matches that, nor anything to one whose fee filter
 * only something absurd would pass, which is how Core says the same while it synchronises. Other
 * fee filters are not applied: a fee cannot be computed here, and announcing too much breaks no
 * rule (BIP133). Nothing is announced twice while it is among the {@link RecentIds}, but for what
 * the client submitted itself, whatever its filter: bitcoinj takes a broadcast for done when a peer
 * announces the transaction, and others ignore an announcement of what they have.
 *
 * <p>Confined to the session's loop.
 */
final class TransactionAnnouncer {

  /** How long news wait for company. */
  static final Duration TICK = Duration.ofMillis(100);

  /** At most so many transactions in one {@code inv}. */
  static final int BATCH = 1_000;

  private final ClientContext context;
  private final ClientFilter filter;
  private final boolean byWtxid;
  private final NodeView node;
  private final RecentIds recent = new RecentIds();
  private Set<Hash> pending = Set.of();
  private @Nullable Timer timer;
  private long feeFilter;

  /**
   * An announcer with nothing to say yet.
   *
   * @param context whom it is said to
   * @param filter which transactions the client wants to hear of
   * @param byWtxid whether by wtxid
   * @param node has the transactions
   */
  TransactionAnnouncer(ClientContext context, ClientFilter filter, boolean byWtxid, NodeView node) {
    this.context = context;
    this.filter = filter;
    this.byWtxid = byWtxid;
    this.node = node;
  }

  /** The client set its fee filter, in satoshi per 1000 virtual bytes. */
  void feeFilter(long rate) {
    feeFilter = rate;
  }

  /** The client has this transaction. */
  void clientHas(Hash id) {
    if (filter.relay()) {
      recent.add(id);
    }
  }

  /** There is a transaction. */
  void onNews(TransactionNotification news) {
    if (wanted()) {
      filter.match(new Notification(news));
    }
  }

  /** Is announced if it matches. */
  private final class Notification implements ClientFilter.Candidate {

    private final TransactionNotification news;

    Notification(TransactionNotification news) {
      this.news = news;
    }

    @Override
    public @Nullable Message transaction() {
      return node.transaction(news.wtxid(), true);
    }

    @Override
    public void matches() {
      Hash id = byWtxid ? news.wtxid() : news.txid();
      if (wanted() && recent.add(id)) {
        announce(id);
      }
    }
  }

  /** The node has taken what the client submitted. */
  void echo(Hash txid, Hash wtxid) {
    Hash id = byWtxid ? wtxid : txid;
    if (wanted()) {
      recent.add(id);
      announce(id);
    }
  }

  /**
   * The client is told of a transaction in the answer to its {@code mempool}.
   *
   * @return the name by which
   */
  Hash toldElsewhere(Hash txid, Hash wtxid) {
    Hash id = byWtxid ? wtxid : txid;
    recent.add(id);
    if (!pending.isEmpty()) {
      pending.remove(id);
    }
    return id;
  }

  /** The type of inventory vectors that the client understands. */
  int type() {
    return byWtxid ? InventoryVector.WTX : InventoryVector.TX;
  }

  private void announce(Hash id) {
    if (pending.isEmpty()) {
      pending = new LinkedHashSet<>();
    }
    pending.add(id);
    if (pending.size() == BATCH) {
      flush();
    } else if (timer == null) {
      timer = context.loop().schedule(TICK, this::onTick);
    }
  }

  /** The client is gone. */
  void close() {
    pending = Set.of();
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void onTick() {
    timer = null;
    flush();
  }

  private void flush() {
    Set<Hash> ids = pending;
    pending = Set.of();
    if (!ids.isEmpty() && wanted()) {
      context.push(Inventory.of(Commands.INV, type(), List.copyOf(ids)));
    }
  }

  private boolean wanted() {
    return filter.relay() && wantsAny();
  }

  /** Whether the client's fee filter lets anything pass. */
  boolean wantsAny() {
    return feeFilter < FeeFilter.NO_TRANSACTIONS;
  }
}
