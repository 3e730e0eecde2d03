package org.bitcoinmultiplexer.bitcoinj;

import java.util.List;
import org.bitcoinj.core.Context;
import org.bitcoinj.core.PeerAddress;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionConfidence;
import org.bitcoinj.core.TransactionConfidence.Listener.ChangeReason;
import org.bitcoinj.utils.Threading;

/**
 * Carries over who announced a transaction, from the context of a group to the one in which the
 * transaction was made.
 *
 * <p>In bitcoinj a transaction is forever tied to the table of the context that the thread had when
 * its confidence was first asked for: the thread of the program that pays, as often as not. What
 * peers announce is noted in the table of their own context. If that is another one, nobody would
 * ever hear that the transaction was relayed.
 */
final class ConfidenceBridge implements TransactionConfidence.Listener {

  private final TransactionConfidence seen; // held, since a table lets go of what nobody holds
  private final TransactionConfidence own;

  private ConfidenceBridge(TransactionConfidence seen, TransactionConfidence own) {
    this.seen = seen;
    this.own = own;
  }

  /**
   * Carries over from now on.
   *
   * @param transaction that is about to be broadcast
   * @param peers the context of those who will announce it
   * @return the way to end it
   */
  static Runnable open(Transaction transaction, Context peers) {
    TransactionConfidence own = peers.getConfidenceTable().getConfidence(transaction);
    TransactionConfidence seen = peers.getConfidenceTable().getOrCreate(transaction.getTxId());
    if (own == seen) {
      return () -> {};
    }
    if (seen.getSource() == TransactionConfidence.Source.UNKNOWN) {
      seen.setSource(TransactionConfidence.Source.SELF); // else it would be downloaded
    }
    ConfidenceBridge bridge = new ConfidenceBridge(seen, own);
    seen.addEventListener(Threading.SAME_THREAD, bridge);
    bridge.carryOver();
    return () -> bridge.seen.removeEventListener(bridge);
  }

  @Override
  public void onConfidenceChanged(TransactionConfidence changed, ChangeReason reason) {
    if (reason == ChangeReason.SEEN_PEERS) {
      carryOver();
    }
  }

  private void carryOver() {
    boolean isNew = false;
    for (PeerAddress peer : List.copyOf(seen.getBroadcastBy())) {
      isNew |= own.markBroadcastBy(peer);
    }
    if (isNew) {
      own.queueListeners(ChangeReason.SEEN_PEERS);
    }
  }
}
