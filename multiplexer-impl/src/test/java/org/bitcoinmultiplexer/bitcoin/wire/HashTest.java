package org.bitcoinmultiplexer.bitcoin.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class HashTest {

  private static final String GENESIS =
      "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

  @Test
  void isShownInReverseOfWireOrder() {
    byte[] wire = Hash.of(GENESIS).toByteArray();
    assertThat(wire[0]).isEqualTo((byte) 0x6f);
    assertThat(wire[31]).isEqualTo((byte) 0);
    assertThat(Hash.read(wire, 0)).hasToString(GENESIS);
  }

  @Test
  void readsAndWritesAtAnyOffset() {
    Random random = new Random(1);
    byte[] array = new byte[100];
    for (int offset = 0; offset <= 68; offset++) {
      random.nextBytes(array);
      Hash hash = Hash.read(array, offset);
      byte[] copy = new byte[100];
      hash.write(copy, offset);
      assertThat(Arrays.equals(copy, offset, offset + 32, array, offset, offset + 32)).isTrue();
      assertThat(hash.isAt(array, offset)).isTrue();
      array[offset + random.nextInt(32)] ^= 4;
      assertThat(hash.isAt(array, offset)).isFalse();
    }
    assertThatThrownBy(() -> Hash.read(array, 69)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void isOrderedAsAnUnsignedNumber() {
    Random random = new Random(2);
    for (int round = 0; round < 1000; round++) {
      Hash a = random(random);
      Hash b = round % 3 == 0 ? a : random(random);
      assertThat(Integer.signum(a.compareTo(b))).isEqualTo(number(a).compareTo(number(b)));
      assertThat(a.equals(b)).isEqualTo(a.compareTo(b) == 0);
      assertThat(Hash.of(a.toString())).isEqualTo(a).hasSameHashCodeAs(a);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "00", "zz", "g"})
  void refusesWhatIsNotAHash(String prefix) {
    String text = prefix.length() == 2 ? prefix + GENESIS.substring(3) : prefix;
    assertThatThrownBy(() -> Hash.of(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("64 hexadecimal digits: " + text);
    String wrongDigit = "g" + GENESIS.substring(1);
    assertThatThrownBy(() -> Hash.of(wrongDigit)).hasMessageContaining(wrongDigit);
  }

  @Test
  void hashesTwiceWithSha256() {
    byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
    String known = "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50";
    Hash hash = Sha256d.hash(hello, 0, 5);
    assertThat(HexFormat.of().formatHex(hash.toByteArray())).isEqualTo(known);
    Sha256d pieces = Sha256d.local().update(hello, 0, 2).update(hello, 2, 0).update(hello, 2, 3);
    assertThat(pieces.finish()).isEqualTo(hash);
    assertThat(Sha256d.checksum(hello, 0, 5)).isEqualTo(0xdfc99595);
  }

  @Test
  void startsAfreshOnEachLocal() {
    Hash empty = Sha256d.hash(new byte[0], 0, 0);
    Sha256d unused = Sha256d.local().update(new byte[9], 0, 9);
    assertThat(unused).isNotNull();
    assertThat(Sha256d.local().finish()).isEqualTo(empty);
  }

  @ParameterizedTest
  @MethodSource("org.bitcoinmultiplexer.bitcoin.wire.Network#known")
  void networksAreFoundByName(Network network) {
    assertThat(Network.of(network.id())).isSameAs(network);
    assertThat(Network.of(" " + network.id().toUpperCase(java.util.Locale.ROOT) + " "))
        .isSameAs(network);
    assertThat(network).hasToString(network.id());
  }

  @Test
  void theMagicOfASignetFollowsFromItsChallenge() {
    byte[] challengeOfTheDefaultSignet =
        HexFormat.of()
            .parseHex(
                "512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be43"
                    + "0210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae");
    assertThat(Network.SIGNET.withChallenge(challengeOfTheDefaultSignet)).isSameAs(Network.SIGNET);

    Network anyoneCan = Network.SIGNET.withChallenge(new byte[] {0x51});
    assertThat(anyoneCan)
        .hasToString("signet-54d26fbd")
        .isEqualTo(Network.SIGNET.withChallenge(new byte[] {0x51}))
        .isNotEqualTo(Network.SIGNET);
    assertThat(anyoneCan.magic()).isEqualTo(0xbd6fd254);
    assertThat(anyoneCan.genesis()).isEqualTo(Network.SIGNET.genesis());
    assertThatThrownBy(() -> Network.REGTEST.withChallenge(new byte[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("network regtest has no challenge; only signet has");
    assertThatThrownBy(() -> Network.SIGNET.withChallenge(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void networksKnowCoresShortNamesAndNameWhatTheyDoNot() {
    assertThat(Network.of("main")).isSameAs(Network.MAINNET);
    assertThat(Network.of("test")).isSameAs(Network.TESTNET3);
    assertThatThrownBy(() -> Network.of("liquid"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown network \"liquid\"; known are mainnet, testnet3, testnet4, signet, regtest");
  }

  private static Hash random(Random random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return Hash.read(bytes, 0);
  }

  private static BigInteger number(Hash hash) {
    return new BigInteger(hash.toString(), 16);
  }
}
