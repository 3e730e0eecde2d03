package org.bitcoinmultiplexer.bitcoin.session;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.chain.Transaction;
import org.bitcoinmultiplexer.bitcoin.news.Newsroom;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.core.Batch;

/**
 * A {@code mempool}: the unconfirmed transactions that pass the client's filter, all of them if it
 * has none, in the flavour in which they are announced to it (BIP35). Nothing if there are none.
 *
 * <p>Parents come before children, so that a filter that remembers what it has matched knows the
 * one when it is shown the other. Cut into items so that others get their turn in between; what is
 * looked through is what there is when the first of them is.
 */
final class MempoolBatch implements Batch {

  /** At most so many in one {@code inv}, as the protocol allows. */
  static final int MOST = 50_000;

  /** So many are looked through for one item. */
  static final int STEP = 1_000;

  /** What it takes to look at one and tell of it, in hashes. */
  static final int WORK = 50;

  private final Newsroom newsroom;
  private final ClientFilter filter;
  private final TransactionAnnouncer transactions;
  private final int size;
  private List<Message> all = List.of();
  private List<Hash> matching = List.of();

  MempoolBatch(Newsroom newsroom, ClientFilter filter, TransactionAnnouncer transactions) {
    this.newsroom = newsroom;
    this.filter = filter;
    this.transactions = transactions;
    this.size = 1 + newsroom.unconfirmedCount() / STEP;
  }

  @Override
  public int size() {
    return size;
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
    if (item == 0) {
      all = transactions.wantsAny() ? newsroom.unconfirmed() : List.of();
      matching = new ArrayList<>();
    }
    int from = (int) ((long) all.size() * item / size);
    int to = (int) ((long) all.size() * (item + 1) / size);
    for (Message tx : all.subList(from, to)) {
      if (filter.matches(tx)) {
        add(Transaction.parse(tx), client);
      }
    }
    filter.spend((long) WORK * (to - from));
    filter.rest();
  }

  private void add(Transaction transaction, Consumer<? super Message> client) {
    matching.add(transactions.toldElsewhere(transaction.txid(), transaction.wtxid()));
    if (matching.size() == MOST) {
      flush(client);
    }
  }

  @Override
  public void end(Consumer<? super Message> client) {
    all = List.of();
    flush(client);
  }

  private void flush(Consumer<? super Message> client) {
    if (!matching.isEmpty()) {
      client.accept(Inventory.of(Commands.INV, transactions.type(), matching));
      matching = new ArrayList<>();
    }
  }
}
