package org.bitcoinmultiplexer.bitcoin.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;

/** {@link HeaderRules} where not all that came before is known. */
class PartlyKnownAncestryTest {

  private static final int HARD = 0x1702_3456;
  private static final int EASY = Network.TESTNET4.powLimitBits();

  private final Map<Hash, BlockHeader> known = new HashMap<>();
  private BlockHeader tip = header(Hash.ZERO, 1_000, HARD);
  private int height = -1;

  @Test
  void wantsTheDifficultyOfTheParentOnMainnet() {
    assertThat(flaw(Network.MAINNET, 1_001, HARD)).isNull();
    assertThat(flaw(Network.MAINNET, 1_001, EASY)).contains("1d00ffff", "17023456");
    assertThat(flaw(Network.MAINNET, 1_000_000, EASY)).isNotNull();
    assertThat(flaw(Network.SIGNET, 1_000_000, EASY)).isNotNull();
  }

  @Test
  void allowsTheEasiestTargetOnATestNetworkAfterTwentyMinutes() {
    assertThat(flaw(Network.TESTNET4, 1_000 + 1_200, EASY)).isNotNull();
    assertThat(flaw(Network.TESTNET4, 1_000 + 1_201, EASY)).isNull();
    assertThat(flaw(Network.TESTNET3, 1_000 + 1_201, EASY)).isNull();
    assertThat(flaw(Network.TESTNET3, 1_000 + 1_201, HARD)).isNotNull();

    tip = header(tip.hash(), 3_000, EASY);
    tip = header(tip.hash(), 5_000, EASY);
    assertThat(flaw(Network.TESTNET3, 5_001, HARD)).as("back to the real target").isNull();
    assertThat(flaw(Network.TESTNET3, 5_001, EASY)).isNotNull();
  }

  @Test
  void wantsATimeAfterTheMedianOfTheLastEleven() {
    for (int i = 1; i <= 20; i++) {
      tip = header(tip.hash(), 1_000 + 10 * i, HARD);
    }
    assertThat(flaw(Network.MAINNET, 1_150, HARD)).contains("1150");
    assertThat(flaw(Network.MAINNET, 1_151, HARD)).isNull();
  }

  @Test
  void whereTheTwoWeeksBeforeAreUnknownAnAdjustmentMayBeByAFactorOfFour() {
    int harder = 0x1700_8d15; // HARD / 4
    int easier = 0x1708_d158; // HARD * 4
    height = 2 * 2016 - 2;
    assertThat(flaw(Network.MAINNET, 1_001, easier)).as("not at an adjustment").isNotNull();
    height++;
    for (Network network : List.of(Network.MAINNET, Network.SIGNET)) {
      for (int bits : new int[] {harder, HARD - 1, HARD, HARD + 1, easier}) {
        assertThat(flaw(network, 1_001, bits)).as("%08x", bits).isNull();
      }
      assertThat(flaw(network, 1_001, harder - 1)).isNotNull();
      assertThat(flaw(network, 1_001, easier + 1)).contains("1708d159");
      assertThat(flaw(network, 1_001, EASY)).isNotNull();
    }
    height++;
    assertThat(flaw(Network.MAINNET, 1_001, easier)).isNotNull();
  }

  /** Block 32256 of mainnet: the first whose difficulty was not 1. */
  @Test
  void whereTheyAreKnownAnAdjustmentFollowsFromThem() {
    tip = header(Hash.ZERO, 1_261_130_161L, EASY);
    for (int i = 1; i < 2015; i++) {
      tip = header(tip.hash(), 1_261_130_161L + 500L * i, EASY);
    }
    tip = header(tip.hash(), 1_262_152_739L, EASY);
    height = 32_255;
    assertThat(flaw(Network.MAINNET, 1_262_153_464L, 0x1d00_d86a)).isNull();
    assertThat(flaw(Network.MAINNET, 1_262_153_464L, 0x1d00_d86b)).isNotNull();
    assertThat(flaw(Network.MAINNET, 1_262_153_464L, EASY)).as("the parent's").isNotNull();
    assertThat(flaw(Network.TESTNET4, 1_262_153_464L, 0x1d00_d86a)).isNull();
    height = 32_254;
    assertThat(flaw(Network.MAINNET, 1_262_153_464L, 0x1d00_d86a)).isNotNull();
    height = -1;
    assertThat(flaw(Network.MAINNET, 1_262_153_464L, EASY)).as("an unknown height").isNull();
  }

  @Test
  void testnet4AllowsNoTimeWarpAtAnAdjustment() {
    for (int i = 1; i <= 20; i++) {
      tip = header(tip.hash(), 1_000 + 1_000 * i, HARD);
    }
    height = 2015;
    assertThat(flaw(Network.TESTNET4, 21_000 - 600, HARD)).isNull();
    assertThat(flaw(Network.TESTNET4, 21_000 - 601, HARD)).contains("20399", "21000");
    assertThat(flaw(Network.TESTNET3, 21_000 - 601, HARD)).isNull();
  }

  private String flaw(Network network, long time, int bits) {
    BlockHeader header = at(tip.hash(), time, bits);
    return new HeaderRules(network, new FoundAncestry(tip, height, known::get))
        .flawOfPlace(header, 0);
  }

  private BlockHeader header(Hash parent, long time, int bits) {
    BlockHeader header = at(parent, time, bits);
    known.put(header.hash(), header);
    return header;
  }

  private static BlockHeader at(Hash parent, long time, int bits) {
    ByteWriter out = new ByteWriter(80).i32(4).hash(parent).hash(Hash.ZERO);
    return BlockHeader.at(out.u32(time).i32(bits).i32(0).toMessage("x").array(), 0);
  }
}
