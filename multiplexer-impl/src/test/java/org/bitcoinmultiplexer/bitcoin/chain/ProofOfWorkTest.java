package org.bitcoinmultiplexer.bitcoin.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Optional;
import java.util.Random;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProofOfWorkTest {

  @ParameterizedTest
  @CsvSource({
    "01123456, 12",
    "02008000, 80",
    "02123456, 1234",
    "03123456, 123456",
    "04123456, 12345600",
    "05009234, 92340000",
    "20123456, 1234560000000000000000000000000000000000000000000000000000000000",
    "2100007f, 007f000000000000000000000000000000000000000000000000000000000000",
    "2200007f, 7f00000000000000000000000000000000000000000000000000000000000000",
    "207fffff, 7fffff0000000000000000000000000000000000000000000000000000000000"
  })
  void decodesBits(String bits, String target) {
    assertThat(ProofOfWork.target(Integer.parseUnsignedInt(bits, 16), Network.REGTEST))
        .contains(Hash.of("0".repeat(64 - target.length()) + target));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000",
        "00123456",
        "01003456",
        "02000056",
        "03000000",
        "04000000", // zero
        "00923456",
        "01803456",
        "02800056",
        "03800000",
        "04800000", // zero with a sign
        "01fedcba",
        "04923456",
        "20923456", // negative
        "ff123456",
        "23000001",
        "22000100",
        "21010000", // overflow
        "20800000",
        "217fffff",
        "2200ff00" // above the limit or more
      })
  void findsNoTargetInOtherBits(String bits) {
    int value = Integer.parseUnsignedInt(bits, 16);
    assertThat(ProofOfWork.target(value, Network.REGTEST)).isEmpty();
    assertThat(ProofOfWork.isMet(Hash.ZERO, value, Network.REGTEST)).isFalse();
    assertThat(ProofOfWork.work(value, Network.REGTEST)).isZero();
  }

  @Test
  void agreesWithArithmeticOnAnyBits() {
    long seed = System.nanoTime();
    System.out.println("agreesWithArithmeticOnAnyBits: seed " + seed);
    Random random = new Random(seed);
    BigInteger limit = new BigInteger(Network.REGTEST.powLimit().toString(), 16);
    for (int round = 0; round < 100_000; round++) {
      int size = random.nextInt(40);
      int word = random.nextInt(1 << 24) >>> random.nextInt(24);
      BigInteger value = BigInteger.valueOf(word & 0x7fffff).shiftLeft(8 * size).shiftRight(24);
      boolean isTarget =
          (word & 0x800000) == 0 && value.signum() > 0 && value.compareTo(limit) <= 0;
      assertThat(
              ProofOfWork.target(size << 24 | word, Network.REGTEST)
                  .map(hash -> new BigInteger(hash.toString(), 16)))
          .isEqualTo(isTarget ? Optional.of(value) : Optional.empty());
    }
  }

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Network#known")
  void knowsTheEasiestTargetOfEachNetwork(Network network) {
    Hash target = ProofOfWork.target(network.powLimitBits(), network).orElseThrow();
    assertThat(target).isLessThanOrEqualTo(network.powLimit());
    assertThat(ProofOfWork.isMet(target, network.powLimitBits(), network)).isTrue();
    assertThat(ProofOfWork.isMet(network.genesis(), network.powLimitBits(), network)).isTrue();
    Hash above = Hash.of("8" + "0".repeat(63));
    assertThat(ProofOfWork.isMet(above, network.powLimitBits(), network)).isFalse();
    if (!network.equals(Network.REGTEST)) {
      assertThat(ProofOfWork.target(0x207fffff, network)).isEmpty();
    }
  }

  @Test
  void countsWork() {
    assertThat(ProofOfWork.work(0x1d00ffff, Network.MAINNET)).isEqualTo(0x100010001L);
    assertThat(ProofOfWork.work(0x207fffff, Network.REGTEST)).isEqualTo(2);
  }
}
