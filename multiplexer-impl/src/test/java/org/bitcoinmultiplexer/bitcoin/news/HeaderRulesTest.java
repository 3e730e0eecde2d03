package org.bitcoinmultiplexer.bitcoin.news;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.bitcoinmultiplexer.bitcoin.chain.BlockHeader;
import org.bitcoinmultiplexer.bitcoin.wire.ByteWriter;
import org.bitcoinmultiplexer.bitcoin.wire.Hash;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;

class HeaderRulesTest {

  private static final int HARD = 0x1702_3456;
  private static final int EASY = Network.TESTNET4.powLimitBits();

  private final Map<Hash, BlockHeader> known = new HashMap<>();
  private BlockHeader tip = header(Hash.ZERO, 1_000, HARD);

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

  private String flaw(Network network, long time, int bits) {
    BlockHeader header = at(tip.hash(), time, bits);
    return new HeaderRules(network).flaw(header, tip, known::get);
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
