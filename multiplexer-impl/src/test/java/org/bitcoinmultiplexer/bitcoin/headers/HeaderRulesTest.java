package org.bitcoinmultiplexer.bitcoin.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.chain.Retarget;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {

  private static final int LIMIT = 0x1d00ffff;
  private static final int HARD = 0x1c0fffff;
  private static final int HARDER = 0x1c00ffff;

  private final HeaderStore store = new HeaderStore();
  private long time = 1_700_000_000;

  /** Numbers of mainnet, as Bitcoin Core's tests have them; the last adds a time of its own. */
  @ParameterizedTest
  @CsvSource({
    "1261130161, 1262152739, 1d00ffff, 1d00d86a", // block 32,256 was the first adjustment
    "1231006505, 1233061996, 1d00ffff, 1d00ffff", // no easier than the limit
    "1279008237, 1279297671, 1c05a3f4, 1c0168fd", // no more than four times as hard
    "1263163443, 1269211443, 1c387f6f, 1d00e1fd", // no more than four times as easy
  })
  void adjustsAsTheNetworkDid(long first, long last, String before, String after) {
    int bits = Retarget.bits(bits(before), last - first, Network.MAINNET);
    assertThat(Integer.toHexString(bits)).isEqualTo(after);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MAINNET", "SIGNET"})
  void difficultyStaysWithinAnInterval(String name) {
    Network network = Network.of(name);
    HeaderRules rules = new HeaderRules(network, store);
    fill(2015, HARD);
    assertThat(rules.bits(last(), time + 600)).isEqualTo(HARD);
    assertThat(rules.bits(last(), time + 100_000)).isEqualTo(HARD);
    append(HARD, 600);
    // 2,015 intervals of 600 seconds are counted as 2,016, ever since.
    assertThat(rules.bits(last(), time + 600))
        .isEqualTo(Retarget.bits(HARD, 2015 * 600, network))
        .isNotEqualTo(HARD);
  }

  @Test
  void regtestStaysEasyForever() {
    HeaderRules rules = new HeaderRules(Network.REGTEST, store);
    fill(2016, Network.REGTEST.powLimitBits());
    assertThat(rules.bits(last(), time)).isEqualTo(Network.REGTEST.powLimitBits());
  }

  @ParameterizedTest
  @ValueSource(strings = {"TESTNET3", "TESTNET4"})
  void testNetworksAllowAnEasyBlockAfterTwentyMinutes(String name) {
    Network network = Network.of(name);
    HeaderRules rules = new HeaderRules(network, store);
    append(HARD, 0);
    append(HARDER, 600);
    assertThat(rules.bits(last(), time + 1200)).isEqualTo(HARDER);
    assertThat(rules.bits(last(), time + 1201)).isEqualTo(LIMIT);
    append(LIMIT, 1201);
    append(LIMIT, 1201);
    // The next in time goes back to what was demanded before the easy ones.
    assertThat(rules.bits(last(), time + 600)).isEqualTo(HARDER);
    assertThat(rules.bits(last(), time + 1201)).isEqualTo(LIMIT);
  }

  @Test
  void testNetworksLookBackNoFurtherThanTheInterval() {
    HeaderRules rules = new HeaderRules(Network.TESTNET3, store);
    fill(2016, HARD);
    append(LIMIT, 600); // the first of an interval may well be easy
    append(LIMIT, 1201);
    assertThat(store.height(last())).isEqualTo(2017);
    assertThat(rules.bits(last(), time + 600)).isEqualTo(LIMIT);
  }

  @Test
  void whatWasAskedBeforeChangesNothing() {
    HeaderRules rules = new HeaderRules(Network.TESTNET3, store);
    Random random = new Random(5);
    fill(2010, HARD);
    for (int i = 0; i < 2_000; i++) {
      boolean easy = random.nextInt(5) > 0;
      append(easy ? LIMIT : random.nextBoolean() ? HARD : HARDER, easy ? 1201 : 600);
      int parent = random.nextInt(3) > 0 ? last() : random.nextInt(store.size());
      long next = store.time(parent) + 600;
      assertThat(rules.bits(parent, next))
          .as("after header %d", parent)
          .isEqualTo(new HeaderRules(Network.TESTNET3, store).bits(parent, next));
    }
  }

  @Test
  void anEasyBlockAtTheEndSpoilsTheDifficultyOfTestnet3Only() {
    fill(2015, HARD);
    append(LIMIT, 1201);
    long took = time - 1_700_000_000 - 600; // from the first block, whose time that was
    HeaderRules old = new HeaderRules(Network.TESTNET3, store);
    HeaderRules bip94 = new HeaderRules(Network.TESTNET4, store);
    assertThat(old.bits(last(), time + 600))
        .isEqualTo(Retarget.bits(LIMIT, took, Network.TESTNET3));
    assertThat(bip94.bits(last(), time + 600))
        .isEqualTo(Retarget.bits(HARD, took, Network.TESTNET4));
    assertThat(old.bits(last(), time + 600)).isNotEqualTo(bip94.bits(last(), time + 600));
    // No easy block in place of an adjustment, on either.
    assertThat(bip94.bits(last(), time + 5000))
        .isEqualTo(Retarget.bits(HARD, took, Network.TESTNET4));
  }

  @Test
  void aTimeMustBeAfterTheMedianOfEleven() {
    HeaderRules rules = new HeaderRules(Network.REGTEST, store);
    int bits = Network.REGTEST.powLimitBits();
    for (int step : new int[] {0, 100, -50, 70, -20, 30, 10, 5, 90, -80, 45, 1}) {
      append(bits, step);
    }
    // The last eleven, relative to the first: 100 50 120 100 130 140 145 235 155 200 201.
    long median = 1_700_000_000 + 140;
    assertThat(rules.flawOfPlace(header(bits, median + 1), last())).isNull();
    assertThat(rules.flawOfPlace(header(bits, median), last()))
        .isEqualTo("time " + median + " is not after " + median);
  }

  @Test
  void aShortChainHasAMedian() {
    HeaderRules rules = new HeaderRules(Network.REGTEST, store);
    int bits = Network.REGTEST.powLimitBits();
    append(bits, 0);
    assertThat(rules.flawOfPlace(header(bits, time), last())).isNotNull();
    assertThat(rules.flawOfPlace(header(bits, time + 1), last())).isNull();
    append(bits, 10); // of two, the later counts
    assertThat(rules.flawOfPlace(header(bits, time), last())).isNotNull();
    assertThat(rules.flawOfPlace(header(bits, time + 1), last())).isNull();
  }

  @Test
  void testnet4AllowsNoTimeWarp() {
    fill(2015, HARD);
    append(HARD, 7200);
    long early = time - 600;
    HeaderRules bip94 = new HeaderRules(Network.TESTNET4, store);
    HeaderRules old = new HeaderRules(Network.TESTNET3, store);
    int bits = bip94.bits(last(), early);
    assertThat(old.bits(last(), early)).isEqualTo(bits);
    assertThat(bip94.flawOfPlace(header(bits, early), last())).isNull();
    assertThat(bip94.flawOfPlace(header(bits, early - 1), last()))
        .isEqualTo("time " + (early - 1) + " is long before " + time);
    assertThat(old.flawOfPlace(header(bits, early - 1), last())).isNull();
  }

  @Test
  void namesTheBitsThatAreWanted() {
    append(HARD, 0);
    HeaderRules rules = new HeaderRules(Network.MAINNET, store);
    assertThat(rules.flawOfPlace(header(HARDER, time + 600), last()))
        .isEqualTo("bits 1c00ffff instead of 1c0fffff");
  }

  /** Blocks of the first heights, ten minutes apart. */
  private void fill(int count, int bits) {
    for (int i = 0; i < count; i++) {
      append(bits, 600);
    }
  }

  private void append(int bits, int step) {
    time += step;
    store.append(header(bits, time), last(), BigInteger.ONE);
  }

  private BlockHeader header(int bits, long at) {
    Hash previous = store.size() == 0 ? Hash.ZERO : store.hash(last());
    return Miner.header(previous, 0, at, bits, 0);
  }

  private int last() {
    return store.size() - 1;
  }

  private static int bits(String hex) {
    return Integer.parseUnsignedInt(hex, 16);
  }
}
