package org.bitcoinmultiplexer.bitcoin.session;

import java.util.function.Consumer;
import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.api.Outcome;
import org.bitcoinmultiplexer.bitcoin.node.NodeView;
import org.bitcoinmultiplexer.bitcoin.sequence.SequenceAnswer;
import org.bitcoinmultiplexer.bitcoin.wire.Commands;
import org.bitcoinmultiplexer.bitcoin.wire.FilterAdd;
import org.bitcoinmultiplexer.bitcoin.wire.FilterLoad;
import org.bitcoinmultiplexer.core.Batch;
import org.bitcoinmultiplexer.core.ClientContext;
import org.bitcoinmultiplexer.metrics.Counter;

/**
 * What one client says about its filter (BIP37), and its {@code mempool} (BIP35).
 *
 * <p>A filter changes by every block and transaction that it is shown, and by what the client says,
 * so all of it is done in the order of the client's messages: a {@code filterload} behind blocks
 * that are not answered takes effect when they are. What stands there meanwhile counts among the
 * bytes of requests that a client may have waiting. A numbered message, which has no order with
 * others, takes effect at once.
 *
 * <p>Confined to the session's loop.
 */
final class FilterRequests {

  private final ClientContext context;
  private final NodeView node;
  private final Runnable follow; // what waits to be mined
  private final ClientFilter filter;
  private final TransactionAnnouncer transactions;
  private boolean willBeLoaded;

  FilterRequests(
      ClientContext context,
      NodeView node,
      Runnable follow,
      ClientFilter filter,
      TransactionAnnouncer transactions) {
    this.context = context;
    this.node = node;
    this.follow = follow;
    this.filter = filter;
    this.transactions = transactions;
  }

  /**
   * Whether a filter is loaded once everything has taken effect that the client has said so far. If
   * not, Core is silent about a filtered block that is asked for now.
   */
  boolean willBeLoaded() {
    return willBeLoaded;
  }

  /**
   * The client said something.
   *
   * @return false if it is of no concern here
   */
  boolean hear(Message message, SequenceAnswer answer) {
    switch (message.command()) {
      case Commands.FILTERLOAD -> {
        FilterLoad load = FilterLoad.parse(message);
        follow.run();
        willBeLoaded = true;
        inTurn(() -> filter.load(load), answer);
      }
      case Commands.FILTERADD -> {
        byte[] element = FilterAdd.parse(message);
        if (!willBeLoaded) {
          throw new Violation(Counter.CLOSED_NO_FILTER, "filteradd, but no filter is loaded");
        }
        inTurn(() -> filter.add(element), answer);
      }
      case Commands.FILTERCLEAR -> {
        willBeLoaded = false;
        inTurn(filter::clear, answer);
      }
      case Commands.MEMPOOL -> mempool(answer);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void inTurn(Runnable change, SequenceAnswer answer) {
    if (answer.isNumbered()) {
      change.run();
      answer.end();
    } else {
      context.ask(new Change(change, filter));
    }
  }

  /** In order even with a number: each is a list of everything, and one at a time is enough. */
  private void mempool(SequenceAnswer answer) {
    follow.run();
    Batch batch = new MempoolBatch(node, filter, transactions);
    context.ask(answer.isNumbered() ? new NumberedBatch(batch, answer) : batch);
  }

  /** Something that is done when its turn comes, and answered with nothing. */
  private static final class Change implements Batch, FilterTask {

    private final Runnable change;
    private final ClientFilter filter;

    Change(Runnable change, ClientFilter filter) {
      this.change = change;
      this.filter = filter;
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
      return filter.advance(this);
    }

    @Override
    public boolean advance(long most) {
      change.run(); // which charges for itself
      return true;
    }

    @Override
    public long work() {
      return 0;
    }
  }
}
