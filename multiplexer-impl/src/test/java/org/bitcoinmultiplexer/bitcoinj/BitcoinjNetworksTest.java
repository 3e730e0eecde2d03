package org.bitcoinmultiplexer.bitcoinj;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bitcoinj.base.BitcoinNetwork;
import org.bitcoinmultiplexer.bitcoin.wire.Network;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class BitcoinjNetworksTest {

  @ParameterizedTest
  @EnumSource
  void everyNetworkOfBitcoinjIsOneOfOurs(BitcoinNetwork network) {
    Network ours = BitcoinjNetworks.fromBitcoinj(network);
    assertThat(BitcoinjNetworks.toBitcoinj(ours)).isEqualTo(network);
  }

  @Test
  void theyAreWhatTheirNamesSay() {
    assertThat(BitcoinjNetworks.fromBitcoinj(BitcoinNetwork.MAINNET)).isEqualTo(Network.MAINNET);
    assertThat(BitcoinjNetworks.fromBitcoinj(BitcoinNetwork.TESTNET)).isEqualTo(Network.TESTNET3);
    assertThat(BitcoinjNetworks.fromBitcoinj(BitcoinNetwork.SIGNET)).isEqualTo(Network.SIGNET);
    assertThat(BitcoinjNetworks.fromBitcoinj(BitcoinNetwork.REGTEST)).isEqualTo(Network.REGTEST);
  }

  @Test
  void aSignetOfOnesOwnIsASignet() {
    Network own = Network.SIGNET.withChallenge(new byte[] {0x51});
    assertThat(BitcoinjNetworks.toBitcoinj(own)).isEqualTo(BitcoinNetwork.SIGNET);
  }

  @Test
  void whatBitcoinjDoesNotKnowIsNamed() {
    assertThatThrownBy(() -> BitcoinjNetworks.toBitcoinj(Network.TESTNET4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("testnet4");
  }
}
