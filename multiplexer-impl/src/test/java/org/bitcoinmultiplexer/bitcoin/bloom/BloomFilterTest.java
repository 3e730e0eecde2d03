package org.bitcoinmultiplexer.bitcoin.bloom;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BloomFilterTest {

  private static final byte[][] ELEMENTS = {
    hex("99108ad8ed9bb6274d3980bab5a85c048f0950c8"),
    hex("b5a2c786d9ef4658287ced5914b37a1b4aa32eee"),
    hex("b9300670b4c5366e95b2699e8b18bc75e5f729c5")
  };

  @ParameterizedTest
  @CsvSource({
    "00000000, 00000000, ''",
    "6a396f08, fba4c795, ''",
    "81f16f39, ffffffff, ''",
    "514e28b7, 00000000, 00",
    "ea3f0b17, fba4c795, 00",
    "fd6cf10d, 00000000, ff",
    "16c6b7ab, 00000000, 0011",
    "8eb51c3d, 00000000, 001122",
    "b4471bf8, 00000000, 00112233",
    "e2301fa8, 00000000, 0011223344",
    "fc2e4a15, 00000000, 001122334455",
    "b074502c, 00000000, 00112233445566",
    "8034d2a0, 00000000, 0011223344556677",
    "b4698def, 00000000, 001122334455667788",
  })
  void hashesAsEverybodyDoes(String hash, String seed, String data) {
    byte[] padded = hex("aabbcc" + data + "dd");
    int size = data.length() / 2;
    int wanted = HexFormat.fromHexDigits(hash);
    int with = HexFormat.fromHexDigits(seed);
    assertThat(Murmur3.hash(with, padded, 3, size)).isEqualTo(wanted);
    assertThat((int) Murmur3.pair(with, 5, padded, 3, size)).isEqualTo(wanted);
    assertThat((int) (Murmur3.pair(5, with, padded, 3, size) >>> 32)).isEqualTo(wanted);
  }

  /** The filters of Bitcoin Core's tests for three elements, five functions. */
  @ParameterizedTest
  @CsvSource({"614e9b, 00000000", "ce4299, 80000001"})
  void setsTheBitsThatCoreSets(String bits, String tweak) {
    int with = HexFormat.fromHexDigits(tweak);
    BloomFilter known = Filters.of(hex(bits), 5, with, 1);
    BloomFilter filled = Filters.of(new byte[3], 5, with, 1);
    for (byte[] element : ELEMENTS) {
      assertThat(Filters.contains(filled, element)).isFalse();
      filled.insert(element);
      assertThat(Filters.contains(known, element)).isTrue();
    }
    for (int i = 0; i < 10_000; i++) {
      byte[] other = {(byte) i, (byte) (i >> 8)};
      assertThat(Filters.contains(filled, other)).isEqualTo(Filters.contains(known, other));
    }
    for (int bit = 0; bit < 24; bit++) { // none of the known ones is there for nothing
      byte[] less = hex(bits);
      less[bit / 8] &= (byte) ~(1 << bit % 8);
      BloomFilter lacking = Filters.of(less, 5, with, 1);
      boolean lacksNone = true;
      for (byte[] element : ELEMENTS) {
        lacksNone &= Filters.contains(lacking, element);
      }
      assertThat(lacksNone).isEqualTo(less[bit / 8] == hex(bits)[bit / 8]);
    }
  }

  @Test
  void anEmptyFilterContainsEverythingAndTakesNothingIn() {
    BloomFilter filter = Filters.of(new byte[0], 10, 0, 1);
    assertThat(Filters.contains(filter, ELEMENTS[0])).isTrue();
    filter.insert(ELEMENTS[0]);
    assertThat(BlockMatcher.of(SmallBlocks.SEVEN).match(filter).size()).isEqualTo(7);
  }

  @Test
  void aFilterWithoutHashFunctionsContainsEverything() {
    BloomFilter filter = Filters.of(new byte[10], 0, 0, 1);
    assertThat(Filters.contains(filter, ELEMENTS[0])).isTrue();
    assertThat(BlockMatcher.of(SmallBlocks.SEVEN).match(filter).size()).isEqualTo(7);
  }

  @Test
  void answersAsANaiveFilterForAnyShape() {
    long seed = System.nanoTime();
    System.out.println("answersAsANaiveFilterForAnyShape: seed " + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 300; round++) {
      byte[] bits = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 36_000 : 40)];
      int functions = 1 + random.nextInt(6);
      int tweak = random.nextInt();
      BloomFilter filter = Filters.of(bits, functions, tweak, 0);
      NaiveFilter naive = new NaiveFilter(bits, functions, tweak, 0);
      for (int i = 0; i < 60; i++) {
        byte[] element = new byte[random.nextInt(80)];
        random.nextBytes(element);
        assertThat(Filters.contains(filter, element)).isEqualTo(naive.contains(element));
        if (i % 3 == 0) {
          filter.insert(element);
          naive.insert(element);
          assertThat(Filters.contains(filter, element)).isTrue();
        }
      }
    }
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
