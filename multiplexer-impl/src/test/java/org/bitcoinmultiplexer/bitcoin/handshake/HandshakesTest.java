package org.bitcoinmultiplexer.bitcoin.handshake;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HandshakesTest {

  @Test
  void namesTheServices() {
    assertThat(Handshakes.services(0)).isEqualTo("none");
    assertThat(Handshakes.services(0xc0d))
        .isEqualTo("NETWORK|BLOOM|WITNESS|NETWORK_LIMITED|P2P_V2");
    assertThat(Handshakes.services(1 << 28)).isEqualTo("SEQUENCE");
    assertThat(Handshakes.services(1 | 1L << 63)).isEqualTo("NETWORK|0x8000000000000000");
  }

  @Test
  void showsOnlyWhatIsPrintable() {
    assertThat(Handshakes.printable("/~ x\n\u001b\u007f\u00e9/")).isEqualTo("/~ x????/");
  }
}
