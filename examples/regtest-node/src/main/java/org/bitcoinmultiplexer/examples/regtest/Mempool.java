package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionOutput;
import org.jspecify.annotations.Nullable;

/**
 * The valid transactions that wait for a block, in an order in which a block can take them.
 *
 * <p>The first of two conflicting transactions stays. Guarded by the node's lock.
 */
final class Mempool {
  /** The lowest fee rate that is accepted, in satoshi per 1000 virtual bytes. */
  static final long MIN_FEE_RATE = 1000;

  private final Chain chain;
  private final Map<Sha256Hash, MempoolEntry> byTxid = new LinkedHashMap<>();
  private final Map<Sha256Hash, MempoolEntry> byWtxid = new HashMap<>();
  private final Map<Outpoint, Sha256Hash> spent = new HashMap<>();
  private long nextSequence = 1;

  Mempool(Chain chain) {
    this.chain = chain;
  }

  Collection<MempoolEntry> entries() {
    return byTxid.values();
  }

  @Nullable MempoolEntry byTxid(Sha256Hash txid) {
    return byTxid.get(txid);
  }

  @Nullable MempoolEntry byWtxid(Sha256Hash wtxid) {
    return byWtxid.get(wtxid);
  }

  boolean isSpent(Outpoint outpoint) {
    return spent.containsKey(outpoint);
  }

  /** The sequence that the next transaction will get: all that are here now have smaller ones. */
  long nextSequence() {
    return nextSequence;
  }

  /**
   * Adds a transaction.
   *
   * @throws InvalidTransactionException if it is refused
   */
  MempoolEntry add(TransactionBody body) {
    MempoolEntry entry = check(body, nextSequence);
    // Last, since it is dear; and only here, since what an outpoint's script demands never changes.
    TransactionRules.requireScripts(body, this::output);
    insert(entry);
    nextSequence++;
    return entry;
  }

  /**
   * Follows the active chain: forgets what was mined, takes back what was unmined, drops what is
   * impossible now.
   */
  void follow(TipChange change) {
    List<TransactionBody> unmined = new ArrayList<>();
    for (int i = change.disconnected().size() - 1; i >= 0; i--) {
      BlockBody block = change.disconnected().get(i).body();
      if (block != null) {
        unmined.addAll(block.transactions().subList(1, block.transactions().size()));
      }
    }
    List<MempoolEntry> before = new ArrayList<>(byTxid.values());
    byTxid.clear();
    byWtxid.clear();
    spent.clear();
    unmined.forEach(body -> addIfPossible(body, 0));
    before.forEach(entry -> addIfPossible(entry.body(), entry.sequence()));
  }

  @Nullable Utxo output(Outpoint outpoint) {
    MempoolEntry parent = byTxid.get(outpoint.txid());
    if (parent == null) {
      return chain.utxos().find(outpoint);
    }
    List<TransactionOutput> outputs = parent.body().transaction().getOutputs();
    if (outpoint.index() >= outputs.size()) {
      return null;
    }
    TransactionOutput output = outputs.get((int) outpoint.index());
    return new Utxo(output.getValue(), output.getScriptBytes(), chain.tip().height() + 1, false);
  }

  /**
   * Whether everything that a transaction spends exists, spent or not by another one in the
   * mempool.
   */
  boolean hasInputs(TransactionBody body) {
    return body.transaction().getInputs().stream()
        .allMatch(input -> output(Outpoint.spentBy(input)) != null);
  }

  private void addIfPossible(TransactionBody body, long sequence) {
    try {
      insert(check(body, sequence));
    } catch (InvalidTransactionException e) {
      // Mined in the new chain, or in conflict with it.
    }
  }

  private MempoolEntry check(TransactionBody body, long sequence) {
    TransactionRules.requireWellFormed(body);
    if (body.transaction().isCoinBase()) {
      throw new InvalidTransactionException(body.txid() + " is a coinbase");
    }
    if (byTxid.containsKey(body.txid())) {
      throw new InvalidTransactionException(body.txid() + " is in the mempool already");
    }
    int height = chain.tip().height() + 1;
    TransactionRules.requireFinal(body, height, chain.tip().medianTimePast());
    for (TransactionInput input : body.transaction().getInputs()) {
      Sha256Hash rival = spent.get(Outpoint.spentBy(input));
      if (rival != null) {
        throw new InvalidTransactionException(body.txid() + " conflicts with " + rival);
      }
    }
    Coin fee = TransactionRules.requireSpendable(body, this::output, height);
    if (MempoolEntry.feeRate(body, fee) < MIN_FEE_RATE) {
      throw new InvalidTransactionException(
          body.txid() + " pays a fee below " + MIN_FEE_RATE + " sat/kvB: " + fee);
    }
    return new MempoolEntry(body, fee, sequence);
  }

  private void insert(MempoolEntry entry) {
    TransactionBody body = entry.body();
    byTxid.put(body.txid(), entry);
    byWtxid.put(body.wtxid(), entry);
    body.transaction()
        .getInputs()
        .forEach(input -> spent.put(Outpoint.spentBy(input), body.txid()));
  }
}
