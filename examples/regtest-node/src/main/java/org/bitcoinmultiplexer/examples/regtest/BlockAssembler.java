package org.bitcoinmultiplexer.examples.regtest;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.Sha256Hash;
import org.bitcoinj.core.Block;
import org.bitcoinj.core.Transaction;
import org.bitcoinj.core.TransactionInput;
import org.bitcoinj.core.TransactionWitness;
import org.bitcoinj.script.Script;

/**
 * Makes valid blocks: coinbase with height, extra nonce and witness commitment, a time that the
 * rules allow, and proof of work. Guarded by the node's lock.
 */
final class BlockAssembler {
  private static final int VERSION = 0x20000000;

  /** Left for header and coinbase. */
  private static final int RESERVED_WEIGHT = 8000;

  private static final byte[] RESERVED_VALUE = new byte[Sha256Hash.LENGTH];

  private final Clock clock;
  private long extraNonce;

  BlockAssembler(Clock clock) {
    this.clock = clock;
  }

  /** Makes a block on top of another with as many of the given transactions, in order, as fit. */
  BlockBody assemble(BlockEntry parent, Collection<MempoolEntry> waiting, Script to) {
    int height = parent.height() + 1;
    Coin reward = BlockRules.subsidy(height);
    List<TransactionBody> transactions = new ArrayList<>();
    int weight = RESERVED_WEIGHT;
    for (MempoolEntry entry : waiting) {
      weight += entry.body().weight();
      if (weight > BlockRules.MAX_WEIGHT) {
        break;
      }
      transactions.add(entry.body());
      reward = reward.add(entry.fee());
    }
    transactions.add(0, coinbase(height, reward, to, transactions));
    List<Sha256Hash> txids = transactions.stream().map(TransactionBody::txid).toList();
    return BlockBody.of(solve(parent, BlockRules.merkleRoot(txids, false)), transactions);
  }

  private TransactionBody coinbase(
      int height, Coin reward, Script to, List<TransactionBody> others) {
    Transaction coinbase = Transaction.coinbase(BlockRules.coinbaseScript(height, extraNonce++));
    TransactionInput input = coinbase.getInput(0);
    coinbase.replaceInput(0, input.withWitness(TransactionWitness.of(RESERVED_VALUE)));
    coinbase.addOutput(reward, to);
    List<TransactionBody> all = new ArrayList<>(others);
    // The coinbase's own leaf is zero whatever it holds, so it can stand in for itself here.
    all.add(0, TransactionBody.of(coinbase));
    byte[] commitment =
        new PayloadWriter()
            .bytes(BlockRules.COMMITMENT_PREFIX)
            .bytes(BlockRules.witnessCommitment(all, RESERVED_VALUE))
            .toByteArray();
    coinbase.addOutput(Coin.ZERO, Script.parse(commitment));
    return TransactionBody.of(coinbase);
  }

  private BlockHeader solve(BlockEntry parent, Sha256Hash merkleRoot) {
    long now = clock.instant().getEpochSecond();
    long time = Math.max(now, Math.max(parent.header().time(), parent.medianTimePast() + 1));
    for (long nonce = 0; ; nonce++) {
      byte[] header =
          new PayloadWriter()
              .int32(VERSION)
              .hash(parent.hash())
              .hash(merkleRoot)
              .int32(time)
              .int32(Block.EASIEST_DIFFICULTY_TARGET)
              .int32(nonce)
              .toByteArray();
      if (BlockHeader.meetsRegtestTarget(BlockHeader.hashOf(header))) {
        return BlockHeader.parse(header);
      }
    }
  }
}
