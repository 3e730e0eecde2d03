package org.bitcoinmultiplexer.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DescriptorsTest {

  @Test
  void clientsNeverGetTheLastOnes() {
    assertThat(Descriptors.forClients(1_024, 60)).isEqualTo(1_024 - 60 - Descriptors.RESERVE);
    assertThat(Descriptors.forClients(100, 60)).isEqualTo(1);
    assertThat(Descriptors.forClients(Long.MAX_VALUE, 60)).isEqualTo(Integer.MAX_VALUE);
    assertThat(Descriptors.forClients()).isPositive();
  }
}
