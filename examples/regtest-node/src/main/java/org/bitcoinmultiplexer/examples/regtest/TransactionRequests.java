package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.bitcoinj.base.Sha256Hash;

/**
 * Which announced transactions are being fetched, from whom, and who else has them.
 *
 * <p>The first of each queue of announcers is being asked; if it fails, the next is. Guarded by the
 * node's lock.
 */
final class TransactionRequests {
  private final Map<Sha256Hash, Deque<Peer>> announcers = new HashMap<>();

  void announced(Sha256Hash id, Peer by) {
    Deque<Peer> queue = announcers.computeIfAbsent(id, unused -> new ArrayDeque<>());
    if (!queue.contains(by)) {
      queue.addLast(by);
      if (queue.size() == 1) {
        by.requestTransaction(id);
      }
    }
  }

  void received(TransactionBody body) {
    announcers.remove(body.txid());
    announcers.remove(body.wtxid());
  }

  void notFound(Sha256Hash id, Peer by) {
    Deque<Peer> queue = announcers.get(id);
    if (queue != null && remove(queue, id, by)) {
      announcers.remove(id);
    }
  }

  void gone(Peer peer) {
    Iterator<Map.Entry<Sha256Hash, Deque<Peer>>> all = announcers.entrySet().iterator();
    while (all.hasNext()) {
      Map.Entry<Sha256Hash, Deque<Peer>> entry = all.next();
      if (remove(entry.getValue(), entry.getKey(), peer)) {
        all.remove();
      }
    }
  }

  /**
   * Removes an announcer, asks the next if it was the one asked, and tells whether nobody is left.
   */
  private static boolean remove(Deque<Peer> queue, Sha256Hash id, Peer peer) {
    boolean asked = peer.equals(queue.peekFirst());
    queue.remove(peer);
    Peer next = queue.peekFirst();
    if (asked && next != null) {
      next.requestTransaction(id);
    }
    return next == null;
  }
}
