package org.bitcoinmultiplexer.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Headers;
import org.bitcoinmultiplexer.bitcoin.wire.Inventory;
import org.bitcoinmultiplexer.bitcoin.wire.InventoryVector;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * Judges what one client is told unasked: only what is news, nothing twice, in its own flavour, and
 * in the end everything.
 */
final class AnnouncementOracle {

  /** By headers no more blocks than this are announced. */
  private static final int MOST_HEADERS = 8;

  private final Client client;
  private final GroundTruth truth;
  private final Submissions submissions;
  private final Wallet wallet;
  private final Map<Hash, Integer> blocks = new HashMap<>(); // how often it was told of each
  private final Map<Hash, Integer> transactions = new HashMap<>();
  private Hash lastBlock;

  AnnouncementOracle(Client client, GroundTruth truth, Submissions submissions, Wallet wallet) {
    this.wallet = wallet;
    this.client = client;
    this.truth = truth;
    this.submissions = submissions;
  }

  /** A block that the engine is known to know; null if there is none. */
  Hash lastBlock() {
    return lastBlock;
  }

  void block(Hash hash) {
    Chain.Known known = truth.chain.findEver(hash);
    if (known == null || !known.isNews) {
      throw client.complaint("is told of block " + hash + ", which is no news");
    }
    // A node that takes over and lags behind comes to the same blocks again.
    if (blocks.merge(hash, 1, Integer::sum) > known.times && !wasLeft(known)) {
      throw client.complaint("is told again of block " + hash);
    }
    lastBlock = hash;
  }

  /**
   * Whether the last block it was told of is on a branch without this one, so that the way back has
   * to be told: a peer is taken to have what it was told last, in Core as well.
   */
  private boolean wasLeft(Chain.Known known) {
    Chain.Known last = truth.chain.findEver(lastBlock);
    while (last != null && last.height() > known.height()) {
      last = truth.chain.findEver(last.block.previous);
    }
    return last != known;
  }

  /** Whether headers are news, where they could be an answer too. */
  boolean isNews(Headers headers) {
    if (!client.kind.byHeaders() || headers.size() == 0 || headers.size() > MOST_HEADERS) {
      return false;
    }
    Chain.Known first = truth.chain.findEver(headers.hash(0));
    return first != null && first.isNews;
  }

  void headers(Headers headers) {
    for (int i = 0; i < headers.size(); i++) {
      if (i > 0 && !headers.previous(i).equals(headers.hash(i - 1))) {
        throw client.complaint("is told of headers that are not in a row");
      }
      block(headers.hash(i));
    }
  }

  /** Of which transactions it was told, by their wtxids. */
  Set<Hash> transactions() {
    return transactions.keySet();
  }

  void transactions(Inventory items) {
    for (int i = 0; i < items.size(); i++) {
      InventoryVector item = items.get(i);
      client.require(item.type() == client.kind.transactionType(), "is told of " + item);
      GroundTruth.KnownTx known = truth.transaction(item.hash(), client.kind.byWtxid());
      if (known == null || known.seen > client.now() || known.isForged) {
        throw client.complaint("is told of transaction " + item + ", which is no news: " + known);
      }
      client.require(
          wallet.mayHear(known.tx) || submissions.given(known) > 0,
          "is told of transaction " + item + ", which it does not want");
      wallet.hears(known);
      if (transactions.merge(known.tx.wtxid, 1, Integer::sum)
          > 1 + submissions.given(known) + wallet.mempools()) {
        throw client.complaint("is told again of transaction " + item);
      }
    }
  }

  /**
   * Looks whether everything has been told.
   *
   * @param tip the last block, which nobody may have missed
   */
  void checkBlock(Hash tip) {
    boolean hasIt = tip.equals(Network.REGTEST.genesis()) || submissions.isOwn(tip);
    client.require(hasIt || blocks.containsKey(tip), "was not told of the last block " + tip);
  }

  /**
   * Looks whether everything has been told.
   *
   * @param since earlier it was not there, or not yet
   * @param settled of what came later than this not everybody needs to know yet
   */
  void checkTransactions(DeliveryOracle oracle, long since, long settled) {
    if (!client.kind.relay()) {
      return;
    }
    for (GroundTruth.KnownTx known : truth.transactions) {
      if (wallet.wantedAll()
          && known.seen > since
          && known.news < settled
          && !submissions.isOwn(known.tx.wtxid)
          && !transactions.containsKey(known.tx.wtxid)
          && !oracle.mayHaveMissed(known)) {
        throw client.complaint("was not told of transaction " + known);
      }
    }
    submissions
        .givenLast()
        .forEach(
            (known, given) -> {
              if (given < settled
                  && known.isLost
                  && transactions.containsKey(known.tx.wtxid)
                  && !oracle.mayBeLost()) {
                throw client.complaint("was told of its transaction, which is lost: " + known);
              }
              if (given < settled
                  && !transactions.containsKey(known.tx.wtxid)
                  && !oracle.mayNeverAccept(known, given)) {
                throw client.complaint("was not told that the node has its transaction " + known);
              }
            });
  }
}
