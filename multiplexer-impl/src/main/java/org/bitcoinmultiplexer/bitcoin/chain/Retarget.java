package org.bitcoinmultiplexer.bitcoin.chain;

import java.math.BigInteger;
import java.util.Optional;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;

/**
 * The adjustment of the difficulty every {@value #INTERVAL} blocks: the new target is the old one
 * times what the blocks took, by what they should have (Core's CalculateNextWorkRequired).
 *
 * <p>Pure; safe on any thread.
 */
public final class Retarget {

  /** So many blocks have the same target. */
  public static final int INTERVAL = 2016;

  /** In so many seconds they should be found. */
  private static final long TIMESPAN = 14 * 24 * 3600L;

  /** More than this factor nothing is changed at once. */
  private static final int STEP = 4;

  private static final int SIGN = 0x0080_0000;

  private Retarget() {}

  /**
   * The target after an adjustment.
   *
   * @param bits the target before
   * @param seconds from the first to the last block of the {@value #INTERVAL}
   * @param network whose limit applies
   * @return as in a header; 0 if the one before is none
   */
  public static int bits(int bits, long seconds, Network network) {
    long taken = Math.max(TIMESPAN / STEP, Math.min(TIMESPAN * STEP, seconds));
    Optional<Hash> old = ProofOfWork.target(bits, network);
    if (old.isEmpty()) {
      return 0;
    }
    BigInteger next =
        number(old.get())
            .multiply(BigInteger.valueOf(taken))
            .divide(BigInteger.valueOf(TIMESPAN))
            .min(number(network.powLimit()));
    return compact(next);
  }

  /**
   * Whether an adjustment may lead from one target to another, whatever the blocks took (Core's
   * PermittedDifficultyTransition).
   *
   * @param from the target before
   * @param to the target after
   * @param network whose limit applies
   * @return true if some time that the blocks may have taken leads there
   */
  public static boolean isPermitted(int from, int to, Network network) {
    Optional<Hash> target = ProofOfWork.target(to, network);
    Optional<Hash> least = ProofOfWork.target(bits(from, 0, network), network);
    Optional<Hash> most = ProofOfWork.target(bits(from, Long.MAX_VALUE, network), network);
    return target.isPresent()
        && least.isPresent()
        && most.isPresent()
        && target.get().compareTo(least.get()) >= 0
        && target.get().compareTo(most.get()) <= 0;
  }

  /** The three highest digits and the length, as {@link ProofOfWork} reads them. */
  private static int compact(BigInteger number) {
    int size = (number.bitLength() + 7) / 8;
    int word = number.shiftRight(8 * (size - 3)).intValue(); // shifts left if it is short
    if ((word & SIGN) != 0) {
      word >>= 8;
      size++;
    }
    return size << 24 | word;
  }

  private static BigInteger number(Hash hash) {
    return new BigInteger(hash.toString(), 16);
  }
}
