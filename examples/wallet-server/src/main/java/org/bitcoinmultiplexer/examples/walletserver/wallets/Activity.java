package org.bitcoinmultiplexer.examples.walletserver.wallets;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.bitcoinj.base.Sha256Hash;

/** The payments that were heard of last, over all wallets. Safe for use by several threads. */
final class Activity {

  private static final int KEPT = 100;

  /**
   * A payment.
   *
   * @param wallet whose it is
   */
  record Item(WalletAccount wallet, Sha256Hash txid) {}

  private final Deque<Item> items = new ArrayDeque<>();

  synchronized void add(WalletAccount wallet, Sha256Hash txid) {
    Item item = new Item(wallet, txid);
    if (!items.contains(item)) {
      items.addFirst(item);
    }
    if (items.size() > KEPT) {
      items.removeLast();
    }
  }

  /** Newest first. */
  synchronized List<Item> items() {
    return new ArrayList<>(items);
  }
}
