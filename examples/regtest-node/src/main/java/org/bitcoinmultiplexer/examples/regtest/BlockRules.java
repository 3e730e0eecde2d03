package org.bitcoinmultiplexer.examples.regtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.TransactionOutput;
import org.bitcoinj.core.TransactionWitness;
import org.bitcoinj.core.VerificationException;
import org.bitcoinj.script.ScriptBuilder;

/** The consensus rules of regtest for headers and blocks, those that need no unspent outputs. */
final class BlockRules {
  /**
   * Core refuses older ones: BIP34, BIP66 and BIP65 are in force from the first block of regtest.
   */
  static final int LOWEST_VERSION = 4;

  static final int MAX_WEIGHT = 4_000_000;

  /**
   * The start of a witness commitment's script: OP_RETURN, a push of 36 bytes, four bytes of magic
   * (BIP141).
   */
  static final byte[] COMMITMENT_PREFIX = {0x6a, 0x24, (byte) 0xaa, 0x21, (byte) 0xa9, (byte) 0xed};

  static final int COMMITMENT_LENGTH = 38;

  private static final int HALVING_INTERVAL = 150;

  private BlockRules() {}

  /** Checks a header by itself. */
  static void requireWork(BlockHeader header) {
    if (header.bits() != Block.EASIEST_DIFFICULTY_TARGET) {
      throw new InvalidBlockException(
          "header " + header.hash() + " has target " + Long.toHexString(header.bits()));
    }
    if (!BlockHeader.meetsRegtestTarget(header.hash())) {
      throw new InvalidBlockException("header " + header.hash() + " lacks proof of work");
    }
  }

  /** Checks a header on top of its parent. */
  static void requireFits(BlockHeader header, BlockEntry parent) {
    if (parent.isFailed()) {
      throw new InvalidBlockException("header " + header.hash() + " builds on an invalid block");
    }
    if (header.time() <= parent.medianTimePast()) {
      throw new InvalidBlockException(
          "header " + header.hash() + " is not after the median time of its ancestors");
    }
    if (header.version() < LOWEST_VERSION) {
      throw new InvalidBlockException(
          "header " + header.hash() + " has version " + header.version());
    }
  }

  /**
   * Checks that the body is the one the header commits to, and all that a block can tell about
   * itself.
   */
  static void requireBody(BlockBody block, int height) {
    List<TransactionBody> transactions = block.transactions();
    if (transactions.isEmpty() || !transactions.get(0).transaction().isCoinBase()) {
      throw new InvalidBlockException("first transaction is no coinbase");
    }
    if (block.weight() > MAX_WEIGHT) {
      throw new InvalidBlockException("weight " + block.weight() + " above " + MAX_WEIGHT);
    }
    requireMerkleRoot(block);
    requireWitnessCommitment(transactions);
    if (transactions.stream().skip(1).anyMatch(body -> body.transaction().isCoinBase())) {
      throw new InvalidBlockException("second coinbase");
    }
    try {
      transactions.forEach(TransactionRules::requireWellFormed);
    } catch (InvalidTransactionException e) {
      throw new InvalidBlockException(e.reason());
    }
    try {
      transactions.get(0).transaction().checkCoinBaseHeight(height);
    } catch (VerificationException e) {
      throw new InvalidBlockException("coinbase does not start with height " + height + ", BIP34");
    }
  }

  static Coin subsidy(int height) {
    int halvings = height / HALVING_INTERVAL;
    return halvings >= 64 ? Coin.ZERO : Coin.valueOf(Coin.FIFTY_COINS.value >> halvings);
  }

  static byte[] coinbaseScript(int height, long extraNonce) {
    byte[] nonce = new PayloadWriter().int64(extraNonce).toByteArray();
    return new ScriptBuilder().number(height).data(nonce).build().program();
  }

  /**
   * The hash that a coinbase commits to: of the witness merkle root and the coinbase's reserved
   * value.
   */
  static byte[] witnessCommitment(List<TransactionBody> transactions, byte[] reserved) {
    List<Sha256Hash> leaves = new ArrayList<>();
    for (TransactionBody body : transactions) {
      leaves.add(leaves.isEmpty() ? Sha256Hash.ZERO_HASH : body.wtxid());
    }
    return Sha256Hash.hashTwice(merkleRoot(leaves, false).serialize(), reserved);
  }

  /**
   * Computes a merkle root.
   *
   * @param refuseTwins whether two equal neighbours are refused, which let one root stand for two
   *     lists (CVE-2012-2459)
   */
  static Sha256Hash merkleRoot(List<Sha256Hash> leaves, boolean refuseTwins) {
    List<Sha256Hash> level = leaves;
    while (level.size() > 1) {
      List<Sha256Hash> above = new ArrayList<>((level.size() + 1) / 2);
      for (int i = 0; i < level.size(); i += 2) {
        Sha256Hash left = level.get(i);
        boolean paired = i + 1 < level.size();
        if (paired && refuseTwins && left.equals(level.get(i + 1))) {
          throw new InvalidBlockException("mutated: equal neighbours in the merkle tree");
        }
        Sha256Hash right = paired ? level.get(i + 1) : left;
        above.add(
            Sha256Hash.wrapReversed(Sha256Hash.hashTwice(left.serialize(), right.serialize())));
      }
      level = above;
    }
    return level.get(0);
  }

  private static void requireMerkleRoot(BlockBody block) {
    List<Sha256Hash> leaves = block.transactions().stream().map(TransactionBody::txid).toList();
    if (!merkleRoot(leaves, true).equals(block.header().merkleRoot())) {
      throw new InvalidBlockException("mutated: merkle root does not match");
    }
  }

  private static void requireWitnessCommitment(List<TransactionBody> transactions) {
    TransactionBody coinbase = transactions.get(0);
    byte[] commitment = null;
    for (TransactionOutput output : coinbase.transaction().getOutputs()) {
      byte[] script = output.getScriptBytes();
      if (script.length >= COMMITMENT_LENGTH
          && Arrays.equals(
              script,
              0,
              COMMITMENT_PREFIX.length,
              COMMITMENT_PREFIX,
              0,
              COMMITMENT_PREFIX.length)) {
        commitment = Arrays.copyOfRange(script, COMMITMENT_PREFIX.length, COMMITMENT_LENGTH);
      }
    }
    if (commitment == null) {
      if (transactions.stream().anyMatch(TransactionBody::hasWitness)) {
        throw new InvalidBlockException("mutated: witness without commitment");
      }
      return;
    }
    TransactionWitness witness = coinbase.transaction().getInput(0).getWitness();
    if (witness.getPushCount() != 1 || witness.getPush(0).length != Sha256Hash.LENGTH) {
      throw new InvalidBlockException("mutated: coinbase witness missing");
    }
    if (!Arrays.equals(commitment, witnessCommitment(transactions, witness.getPush(0)))) {
      throw new InvalidBlockException("mutated: witness commitment does not match");
    }
  }
}
