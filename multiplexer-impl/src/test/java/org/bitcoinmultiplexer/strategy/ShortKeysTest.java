package org.bitcoinmultiplexer.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Key;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShortKeysTest {

  /** The secret and the message of the SipHash paper's appendix A, which gives this hash. */
  @Test
  void hashesAsTheAuthorsOfSipHashDo() {
    Iterator<Long> secrets = List.of(0x0706050403020100L, 0x0f0e0d0c0b0a0908L, 1L, 2L).iterator();
    RandomGenerator random = secrets::next;
    Key key = Key.of(7, HexFormat.of().parseHex("000102030405060708090a0b0c0d0e"));
    assertThat(new ShortKeys(64, random).apply(key))
        .isEqualTo(Key.of(7, HexFormat.of().parseHex("a129ca6149be45e5")));
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 64, 32})
  void keepsTheKindAndTheSize(int bits) {
    Key shortened = new ShortKeys(bits, new Random(1)).apply(Key.of(3, new byte[36]));
    assertThat(shortened.kind()).isEqualTo(3);
    assertThat(shortened.value()).hasSize(bits / 8);
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 64, 32})
  void shortensEqualKeysEqually(int bits) {
    ShortKeys keys = new ShortKeys(bits, new Random(1));
    assertThat(keys.apply(Key.of(3, new byte[32]))).isEqualTo(keys.apply(Key.of(3, new byte[32])));
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 64, 32})
  void shortensDifferentKeysDifferently(int bits) {
    ShortKeys keys = new ShortKeys(bits, new Random(1));
    Set<Key> shortened = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      shortened.add(keys.apply(Key.of(3, new byte[] {(byte) i, (byte) (i >> 8)})));
    }
    assertThat(shortened).hasSize(1000);
  }

  @Test
  void usesTwoIndependentHashesFor128Bits() {
    byte[] value = new ShortKeys(128, new Random(1)).apply(Key.of(3, new byte[32])).value();
    assertThat(HexFormat.of().formatHex(value, 0, 8))
        .isNotEqualTo(HexFormat.of().formatHex(value, 8, 16));
  }

  @Test
  void drawsItsOwnSecrets() {
    Random random = new Random(1);
    Key key = Key.of(3, new byte[32]);
    assertThat(new ShortKeys(64, random).apply(key))
        .isNotEqualTo(new ShortKeys(64, random).apply(key));
  }

  @Test
  void refusesOtherSizes() {
    assertThatThrownBy(() -> new ShortKeys(63, new Random(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("63");
  }
}
