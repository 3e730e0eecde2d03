package org.bitcoinmultiplexer.bitcoin.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.bloom.TransactionMatching;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.core.Batch;
import org.jspecify.annotations.Nullable;

/**
 * A {@code mempool}: the unconfirmed transactions that pass the client's filter, all of them if it
 * has none, in the flavour in which they are announced to it (BIP35). Nothing if there are none.
 *
 * <p>Parents come before children, so that a filter that remembers what it has matched knows the
 * one when it is shown the other. What is looked through, in the client's turns, is what there is
 * when its first turn comes.
 */
final class MempoolBatch implements Batch {

  /**
   * At most so many in one {@code inv}. The protocol allows ten times as many, but such a message
   * is hashed in one go.
   */
  static final int MOST = 5_000;

  /** What it takes to look at one and tell of it, in steps of a hash function. */
  static final int WORK = 500;

  private final NodeView node;
  private final ClientFilter filter;
  private final TransactionAnnouncer transactions;
  private @Nullable Listing listing; // null before the first turn

  MempoolBatch(NodeView node, ClientFilter filter, TransactionAnnouncer transactions) {
    this.node = node;
    this.filter = filter;
    this.transactions = transactions;
  }

  @Override
  public int size() {
    return 1;
  }

  @Override
  public Outcome local(int item) {
    return Outcome.Absent.INSTANCE;
  }

  @Override
  public Message request(int item) {
    throw new IllegalStateException("nothing is asked upstream");
  }

  @Override
  public void deliver(int item, Outcome outcome, Consumer<? super Message> client) {
    throw new IllegalStateException("delivered in parts only");
  }

  @Override
  public boolean deliverPart(int item, Outcome outcome, Consumer<? super Message> client) {
    if (listing == null) {
      listing = new Listing(client);
    }
    return filter.advance(listing);
  }

  /** The way through all of them. */
  private final class Listing implements FilterTask {

    private final Consumer<? super Message> client;
    private @Nullable List<Message> all; // null before the first turn
    private int next;
    private @Nullable TransactionMatching matching; // of the next, while it is under way
    private List<Hash> told = new ArrayList<>();
    private long work;

    Listing(Consumer<? super Message> client) {
      this.client = client;
    }

    @Override
    public boolean advance(long most) {
      long limit = work + most;
      List<Message> listed = all;
      if (listed == null) {
        listed = transactions.wantsAny() ? node.unconfirmed() : List.of();
        all = listed;
      }
      while (next < listed.size()) {
        if (work >= limit) {
          return false;
        }
        lookAt(listed.get(next), limit - work);
      }
      flush();
      return true;
    }

    private void lookAt(Message tx, long most) {
      if (matching == null) {
        matching = filter.begin(tx);
      }
      boolean matches = true;
      if (matching != null) {
        long before = matching.work();
        boolean done = matching.advance(most);
        work += matching.work() - before;
        if (!done) {
          return;
        }
        matches = matching.matches();
        matching = null;
      }
      work += WORK;
      next++;
      if (matches) {
        add(Transaction.parse(tx));
      }
    }

    private void add(Transaction transaction) {
      told.add(transactions.toldElsewhere(transaction.txid(), transaction.wtxid()));
      if (told.size() == MOST) {
        flush();
      }
    }

    private void flush() {
      if (!told.isEmpty()) {
        client.accept(Inventory.of(Commands.INV, transactions.type(), told));
        told = new ArrayList<>();
      }
    }

    @Override
    public long work() {
      return work;
    }
  }
}
