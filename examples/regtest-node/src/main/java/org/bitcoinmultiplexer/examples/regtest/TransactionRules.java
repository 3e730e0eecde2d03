package org.bitcoinmultiplexer.examples.regtest;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinj.base.Coin;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.VerificationException;
import org.bitcoinj.script.Script;
import org.bitcoinj.script.ScriptException;
import org.jspecify.annotations.Nullable;

/** The consensus rules for one transaction, as far as bitcoinj can check scripts. */
final class TransactionRules {
  private static final Set<Script.VerifyFlag> SCRIPT_FLAGS =
      EnumSet.of(
          Script.VerifyFlag.P2SH,
          Script.VerifyFlag.DERSIG,
          Script.VerifyFlag.NULLDUMMY,
          Script.VerifyFlag.CHECKLOCKTIMEVERIFY);

  private TransactionRules() {}

  /** Checks what needs no context: form, amounts, no input twice. */
  static void requireWellFormed(TransactionBody body) {
    try {
      Transaction.verify(BitcoinNetwork.REGTEST, body.transaction());
    } catch (VerificationException e) {
      throw new InvalidTransactionException(body.txid() + " is malformed: " + e);
    }
  }

  static void requireFinal(TransactionBody body, int height, long medianTimePast) {
    if (!body.transaction().isFinal(height, Instant.ofEpochSecond(medianTimePast))) {
      throw new InvalidTransactionException(body.txid() + " is not final at height " + height);
    }
  }

  /**
   * Checks that every input spends an existing, mature output, and that no more goes out than in;
   * not the scripts.
   *
   * @param unspent finds an output that may be spent
   * @param height of the block that will hold the transaction
   * @return the fee
   */
  static Coin requireSpendable(
      TransactionBody body, Function<Outpoint, @Nullable Utxo> unspent, int height) {
    Coin in = Coin.ZERO;
    for (TransactionInput input : body.transaction().getInputs()) {
      Outpoint outpoint = Outpoint.spentBy(input);
      Utxo utxo = require(body, outpoint, unspent);
      if (!utxo.isSpendableAt(height)) {
        throw new InvalidTransactionException(
            body.txid() + " spends immature coinbase " + outpoint);
      }
      in = in.add(utxo.value());
    }
    Coin fee = in.subtract(body.transaction().getOutputSum());
    if (fee.isNegative()) {
      throw new InvalidTransactionException(
          body.txid() + " creates " + fee.negate().toFriendlyString());
    }
    return fee;
  }

  /** Checks that every input has the right to spend its output. */
  static void requireScripts(TransactionBody body, Function<Outpoint, @Nullable Utxo> unspent) {
    for (int i = 0; i < body.transaction().getInputs().size(); i++) {
      Outpoint outpoint = Outpoint.spentBy(body.transaction().getInput(i));
      requireScript(body, i, require(body, outpoint, unspent));
    }
  }

  private static Utxo require(
      TransactionBody body, Outpoint outpoint, Function<Outpoint, @Nullable Utxo> unspent) {
    Utxo utxo = unspent.apply(outpoint);
    if (utxo == null) {
      throw new InvalidTransactionException(body.txid() + " spends missing or spent " + outpoint);
    }
    return utxo;
  }

  private static void requireScript(TransactionBody body, int index, Utxo utxo) {
    TransactionInput input = body.transaction().getInput(index);
    try {
      input
          .getScriptSig()
          .correctlySpends(
              body.transaction(),
              index,
              input.getWitness(),
              utxo.value(),
              Script.parse(utxo.script()),
              SCRIPT_FLAGS);
    } catch (ScriptException
        | IllegalArgumentException
        | NullPointerException
        | IndexOutOfBoundsException e) {
      // bitcoinj's shortcuts for the standard forms take for granted that signature and key can be
      // parsed at all.
      throw new InvalidTransactionException(
          body.txid() + " input " + index + " does not satisfy its script: " + e);
    }
  }
}
