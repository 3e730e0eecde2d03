package org.bitcoinmultiplexer.bitcoin.chain;

import static org.bitcoinmultiplexer.bitcoin.wire.ProtocolLimits.MAX_BLOCK_SERIALIZED_SIZE;

import org.bitcoinmultiplexer.api.Message;
import org.bitcoinmultiplexer.bitcoin.wire.ByteReader;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.MalformedMessageException;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.bitcoinmultiplexer.bitcoin.wire.Sha256d;

/**
 * Decides whether a {@code block} is the block of its hash, with all of its content and no other.
 *
 * <p>That is: the header is the one wanted and has its proof of work; the merkle root covers the
 * transactions, and covers no shorter list as well (CVE-2012-2459); the first is a coinbase; the
 * witnesses are those that the coinbase commits to (BIP141), or there are none and no commitment;
 * nothing trails. This is Core's IsBlockMutated, plus proof of work. Scripts, amounts and whatever
 * else takes knowledge of other blocks are not looked at.
 *
 * <p>A block of before segregated witness was active may look like it commits to witnesses and have
 * none: valid then, mutated later. Core knows from its chain; here the height in the coinbase
 * (BIP34) tells, which the merkle root protects.
 *
 * <p>Costs little more than hashing every transaction once without and once with its witness, in
 * one pass, and 32 bytes of memory per transaction for each of the two. Safe for use by any number
 * of threads.
 */
public final class BlockCheck {

  /** A transaction of this size could be taken for an inner node of the tree. */
  private static final int PAIR_SIZE = 2 * Hash.SIZE;

  private static final byte[] NOTHING = {};

  private final Message block;
  private final Network network;

  private byte[] txids = NOTHING;
  private byte[] wtxids = NOTHING;
  private boolean hasCoinbase;
  private boolean anyWitness;
  private boolean anyPairSized;
  private int strippedSize;
  private int height;
  private int commitment;
  private int reservedValue;

  private BlockCheck(Message block, Network network) {
    this.block = block;
    this.network = network;
  }

  /**
   * Checks a block that was asked for.
   *
   * @param block a block, with its witnesses
   * @param expected the block hash wanted
   * @param network whose proof of work limit and activation height apply
   * @return valid, or why not; never an exception, whatever the bytes
   */
  public static Verdict verdict(Message block, Hash expected, Network network) {
    if (block.size() >= BlockHeader.SIZE) {
      Hash hash = BlockHeader.of(block).hash();
      if (!hash.equals(expected)) {
        return Verdict.invalid("block " + hash + " instead of " + expected);
      }
    }
    return verdict(block, network);
  }

  /**
   * Checks a block that nobody asked for: whatever block it is.
   *
   * @param block a block, with its witnesses
   * @param network whose proof of work limit and activation height apply
   * @return valid, or why not; never an exception, whatever the bytes
   */
  public static Verdict verdict(Message block, Network network) {
    try {
      return new BlockCheck(block, network).verdict();
    } catch (MalformedMessageException e) {
      return Verdict.invalid(String.valueOf(e.getMessage()));
    }
  }

  private Verdict verdict() {
    BlockHeader header = BlockHeader.of(block);
    if (block.size() > MAX_BLOCK_SERIALIZED_SIZE) {
      return invalid(
          header, block.size() + " bytes are above the limit of " + MAX_BLOCK_SERIALIZED_SIZE);
    }
    if (!header.hasProofOfWork(network)) {
      return invalid(header, "no proof of work for bits %08x".formatted(header.bits()));
    }
    ByteReader in = new ByteReader(block);
    in.skip(BlockHeader.SIZE, "header");
    int size = in.count("transactions", Block.MIN_TRANSACTION_SIZE);
    if (size == 0) {
      return invalid(header, "no transactions");
    }
    hashTransactions(in, size);
    if (in.remaining() > 0) {
      return invalid(header, in.remaining() + " bytes trail the last transaction");
    }
    boolean unambiguous =
        reservedValue >= 0
            ? MerkleTree.reduceBoth(txids, wtxids, size)
            : MerkleTree.reduce(txids, size);
    if (!header.hasMerkleRoot(txids, 0)) {
      return invalid(
          header, "merkle root is " + Hash.read(txids, 0) + " instead of " + header.merkleRoot());
    }
    if (!unambiguous) {
      return invalid(header, "transactions are duplicated");
    }
    if (!hasCoinbase) {
      return invalid(
          header, anyPairSized ? "no coinbase, but a transaction of 64 bytes" : "no coinbase");
    }
    Verdict verdict = witnessVerdict(header);
    if (verdict.isValid()) {
      block.remember(Block.STRIPPED_SIZE, strippedSize);
    }
    return verdict;
  }

  private void hashTransactions(ByteReader in, int size) {
    txids = new byte[size * Hash.SIZE];
    strippedSize = in.position() - block.offset();
    TransactionCursor cursor = new TransactionCursor(in);
    for (int i = 0; i < size; i++) {
      cursor.next();
      cursor.txid(txids, i * Hash.SIZE);
      if (i == 0) {
        openCoinbase(cursor, size);
      } else if (reservedValue >= 0) {
        if (cursor.hasWitness()) {
          cursor.wtxid(wtxids, i * Hash.SIZE);
        } else {
          System.arraycopy(txids, i * Hash.SIZE, wtxids, i * Hash.SIZE, Hash.SIZE);
        }
      }
      anyWitness |= cursor.hasWitness();
      strippedSize += cursor.strippedSize();
      anyPairSized |= cursor.strippedSize() == PAIR_SIZE;
    }
  }

  private void openCoinbase(TransactionCursor cursor, int size) {
    hasCoinbase = cursor.isCoinbase();
    height = hasCoinbase ? cursor.height() : -1;
    commitment = cursor.commitment();
    reservedValue = commitment < 0 ? -1 : cursor.reservedValue();
    if (reservedValue >= 0) {
      wtxids = new byte[size * Hash.SIZE]; // the coinbase counts as zeros
    }
  }

  private Verdict witnessVerdict(BlockHeader header) {
    if (commitment < 0) {
      return anyWitness ? invalid(header, "a witness, but no commitment to it") : Verdict.VALID;
    }
    if (reservedValue < 0) {
      return !anyWitness && isBeforeSegwit(height, network)
          ? Verdict.VALID
          : invalid(header, "a witness commitment, but no reserved value of 32 bytes");
    }
    // Equal siblings among these do not matter: the tree of txids has the same shape.
    Sha256d.local()
        .update(wtxids, 0, Hash.SIZE)
        .update(block.array(), reservedValue, Hash.SIZE)
        .finish(wtxids, 0);
    return Hash.read(wtxids, 0).isAt(block.array(), commitment)
        ? Verdict.VALID
        : invalid(header, "other witnesses than the coinbase commits to");
  }

  /** A coinbase without a height is older than the rule that it has one, where there are such. */
  static boolean isBeforeSegwit(int height, Network network) {
    return network.segwitHeight() > 1 && height < network.segwitHeight();
  }

  private static Verdict invalid(BlockHeader header, String reason) {
    return Verdict.invalid("block " + header.hash() + ": " + reason);
  }
}
