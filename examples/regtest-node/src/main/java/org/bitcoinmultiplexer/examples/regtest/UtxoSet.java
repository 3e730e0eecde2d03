package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionOutput;
import org.jspecify.annotations.Nullable;

/** The unspent outputs at the tip of the active chain. Guarded by the node's lock. */
final class UtxoSet {
  private static final byte OP_RETURN = 0x6a;

  private final Map<Outpoint, Utxo> unspent = new HashMap<>();

  @Nullable Utxo find(Outpoint outpoint) {
    return unspent.get(outpoint);
  }

  Map<Outpoint, Utxo> all() {
    return Collections.unmodifiableMap(unspent);
  }

  /**
   * Spends and creates what a block does, all or nothing.
   *
   * @throws InvalidBlockException if a transaction is invalid or the coinbase takes too much
   */
  UtxoChange connect(BlockBody block, int height, long medianTimePast) {
    UtxoChange change = new UtxoChange(new LinkedHashMap<>(), new ArrayList<>());
    try {
      Coin allowed = BlockRules.subsidy(height);
      TransactionBody coinbase = block.transactions().get(0);
      TransactionRules.requireFinal(coinbase, height, medianTimePast);
      create(coinbase, height, true, change);
      for (TransactionBody body : block.transactions().subList(1, block.transactions().size())) {
        TransactionRules.requireFinal(body, height, medianTimePast);
        allowed = allowed.add(TransactionRules.requireSpendable(body, this::find, height));
        TransactionRules.requireScripts(body, this::find);
        spend(body, change);
        create(body, height, false, change);
      }
      if (coinbase.transaction().getOutputSum().isGreaterThan(allowed)) {
        throw new InvalidBlockException("coinbase takes more than " + allowed.toFriendlyString());
      }
      return change;
    } catch (InvalidTransactionException e) {
      disconnect(change);
      throw new InvalidBlockException(e.reason());
    } catch (InvalidBlockException e) {
      disconnect(change);
      throw e;
    }
  }

  /** Takes back a change, which must be the last that is still in effect. */
  void disconnect(UtxoChange change) {
    // An output that the block both made and spent is first put back and then removed.
    unspent.putAll(change.spent());
    change.created().forEach(unspent::remove);
  }

  private void spend(TransactionBody body, UtxoChange change) {
    for (TransactionInput input : body.transaction().getInputs()) {
      Outpoint outpoint = Outpoint.spentBy(input);
      Utxo utxo = unspent.remove(outpoint);
      if (utxo != null) {
        change.spent().put(outpoint, utxo);
      }
    }
  }

  private void create(TransactionBody body, int height, boolean coinbase, UtxoChange change) {
    List<TransactionOutput> outputs = body.transaction().getOutputs();
    for (int i = 0; i < outputs.size(); i++) {
      byte[] script = outputs.get(i).getScriptBytes();
      if (script.length > 0 && script[0] == OP_RETURN) {
        continue;
      }
      Outpoint outpoint = new Outpoint(body.txid(), i);
      if (unspent.containsKey(outpoint)) {
        throw new InvalidBlockException("transaction " + body.txid() + " exists already, BIP30");
      }
      unspent.put(outpoint, new Utxo(outputs.get(i).getValue(), script, height, coinbase));
      change.created().add(outpoint);
    }
  }
}
