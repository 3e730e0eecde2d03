package org.bitcoinmultiplexer.bitcoin.chain;

import java.math.BigInteger;
import java.util.Optional;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.jspecify.annotations.Nullable;

/**
 * What a block hash must be below, and how much work that stands for.
 *
 * <p>A header states its target in compact form ({@code bits}): the highest byte is the length of
 * the number in bytes, the lower three its most significant digits, the highest of whose bits is a
 * sign. Decoding follows Core's {@code arith_uint256::SetCompact} to the letter, including what it
 * calls negative and overflow.
 */
public final class ProofOfWork {

  private static final BigInteger TWO_TO_256 = BigInteger.ONE.shiftLeft(256);

  /** Headers of one time have the same target; a benign race. */
  private static volatile @Nullable Known last;

  private record Known(int bits, Network network, Optional<Hash> target) {}

  private ProofOfWork() {}

  /**
   * The target that bits stand for on a network (Core's DeriveTarget).
   *
   * @param bits the field of a header
   * @param network whose limit applies
   * @return nothing if the target is negative, zero, too large to be a hash, or above the limit
   */
  public static Optional<Hash> target(int bits, Network network) {
    int size = bits >>> 24;
    int word = bits & 0x007fffff;
    boolean negative = word != 0 && (bits & 0x00800000) != 0;
    boolean overflow =
        word != 0 && (size > 34 || (word > 0xff && size > 33) || (word > 0xffff && size > 32));
    if (negative || overflow) {
      return Optional.empty();
    }
    byte[] number = new byte[Hash.SIZE];
    for (int i = 0; i < 3; i++) {
      int digit = word >>> (8 * i) & 0xff;
      int at = size - 3 + i;
      if (at >= 0 && at < Hash.SIZE) {
        number[at] = (byte) digit;
      }
    }
    Hash target = Hash.read(number, 0);
    return target.equals(Hash.ZERO) || target.compareTo(network.powLimit()) > 0
        ? Optional.empty()
        : Optional.of(target);
  }

  /**
   * Whether a block hash is worth the target it states (Core's CheckProofOfWork).
   *
   * @param hash the hash of a header
   * @param bits the field of that header
   * @param network whose limit applies
   * @return true if there is a target and the hash is not above it
   */
  public static boolean isMet(Hash hash, int bits, Network network) {
    Known known = last;
    if (known == null || known.bits != bits || !known.network.equals(network)) {
      known = new Known(bits, network, target(bits, network));
      last = known;
    }
    Optional<Hash> target = known.target;
    return target.isPresent() && hash.compareTo(target.get()) <= 0;
  }

  /**
   * How many hashes it takes on average to meet a target (Core's GetBlockProof); chains are
   * compared by the sum.
   *
   * @param bits the field of a header
   * @param network whose limit applies
   * @return 0 if bits are no target
   */
  public static BigInteger work(int bits, Network network) {
    return target(bits, network)
        .map(target -> TWO_TO_256.divide(number(target).add(BigInteger.ONE)))
        .orElse(BigInteger.ZERO);
  }

  private static BigInteger number(Hash hash) {
    return new BigInteger(hash.toString(), 16);
  }
}
