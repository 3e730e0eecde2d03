package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionOutput;
import org.bitcoinj.core.TransactionWitness;
import org.bitcoinj.crypto.ECKey;
import org.bitcoinj.script.Script;
import org.bitcoinj.script.ScriptBuilder;

/**
 * The node's own coins: one key, P2WPKH, fed by the blocks it mines for itself. Guarded by the
 * node's lock.
 */
final class Faucet {
  /** Ten times what is needed for relay. */
  private static final long FEE_PER_VBYTE = 10;

  private static final int BASE_VBYTES = 11 + 2 * 43;
  private static final int INPUT_VBYTES = 69;
  private static final Coin SMALLEST_CHANGE = Coin.valueOf(1000);

  private final ECKey key;
  private final Script script;
  private final Chain chain;
  private final Mempool mempool;

  Faucet(Chain chain, Mempool mempool, ECKey key) {
    this.key = key;
    this.script = ScriptBuilder.createP2WPKHOutputScript(key);
    this.chain = chain;
    this.mempool = mempool;
  }

  Script script() {
    return script;
  }

  /**
   * Makes a signed payment from mature coins and its own unconfirmed change, oldest first.
   *
   * @throws IllegalStateException if there is not enough
   */
  TransactionBody pay(Script to, Coin amount) {
    Map<Outpoint, Utxo> chosen = new LinkedHashMap<>();
    Coin sum = Coin.ZERO;
    Coin needed = amount.add(fee(1));
    for (Map.Entry<Outpoint, Utxo> coin : spendable()) {
      chosen.put(coin.getKey(), coin.getValue());
      sum = sum.add(coin.getValue().value());
      needed = amount.add(fee(chosen.size()));
      if (!sum.isLessThan(needed)) {
        return sign(chosen, to, amount, sum.subtract(needed));
      }
    }
    throw new IllegalStateException(
        "the node can spend "
            + sum.toFriendlyString()
            + " and needs "
            + needed.toFriendlyString()
            + ": mine to it until enough of its coinbases are 100 deep");
  }

  private TransactionBody sign(Map<Outpoint, Utxo> coins, Script to, Coin amount, Coin change) {
    Transaction payment = new Transaction();
    payment.addOutput(amount, to);
    if (!change.isLessThan(SMALLEST_CHANGE)) {
      payment.addOutput(change, script);
    }
    // Two passes, because a signature covers all inputs.
    coins.forEach(
        (outpoint, utxo) ->
            payment.addInput(outpoint.txid(), outpoint.index(), ScriptBuilder.createEmpty()));
    List<Utxo> utxos = List.copyOf(coins.values());
    for (int i = 0; i < utxos.size(); i++) {
      payment.replaceInput(i, signedInput(payment, i, utxos.get(i)));
    }
    return TransactionBody.of(payment);
  }

  private TransactionInput signedInput(Transaction payment, int index, Utxo utxo) {
    Script scriptCode = ScriptBuilder.createP2PKHOutputScript(key);
    var signature =
        payment.calculateWitnessSignature(
            index, key, scriptCode, utxo.value(), Transaction.SigHash.ALL, false);
    var witness = TransactionWitness.redeemP2WPKH(signature, key);
    return payment.getInput(index).withWitness(witness);
  }

  private List<Map.Entry<Outpoint, Utxo>> spendable() {
    byte[] own = script.program();
    int height = chain.tip().height() + 1;
    List<Map.Entry<Outpoint, Utxo>> coins = new ArrayList<>();
    for (Map.Entry<Outpoint, Utxo> coin : chain.utxos().all().entrySet()) {
      if (isOwn(coin.getValue(), own, height) && !mempool.isSpent(coin.getKey())) {
        coins.add(coin);
      }
    }
    coins.sort(
        Comparator.<Map.Entry<Outpoint, Utxo>>comparingInt(coin -> coin.getValue().height())
            .thenComparing(coin -> coin.getKey().txid()));
    for (MempoolEntry entry : mempool.entries()) {
      List<TransactionOutput> outputs = entry.body().transaction().getOutputs();
      for (int i = 0; i < outputs.size(); i++) {
        Outpoint outpoint = new Outpoint(entry.body().txid(), i);
        Utxo utxo = mempool.output(outpoint);
        if (utxo != null && isOwn(utxo, own, height) && !mempool.isSpent(outpoint)) {
          coins.add(Map.entry(outpoint, utxo));
        }
      }
    }
    return coins;
  }

  private static boolean isOwn(Utxo utxo, byte[] own, int height) {
    return Arrays.equals(utxo.script(), own) && utxo.isSpendableAt(height);
  }

  private static Coin fee(int inputs) {
    return Coin.valueOf(FEE_PER_VBYTE * (BASE_VBYTES + (long) inputs * INPUT_VBYTES));
  }
}
