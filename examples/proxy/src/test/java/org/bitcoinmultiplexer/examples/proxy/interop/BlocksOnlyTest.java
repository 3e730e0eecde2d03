package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.bitcoinmultiplexer.examples.proxy.peers.Await;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.Item;
import org.bitcoinmultiplexer.examples.proxy.peers.RawClient;
import org.bitcoinmultiplexer.examples.proxy.peers.Wire;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A bitcoind that wants no transactions disconnects whoever offers it one. */
@NeedsBitcoind
@Timeout(120)
class BlocksOnlyTest {

  @ParameterizedTest
  @EnumSource(names = {"SERIAL", "KEY", "SEQUENCE"})
  void aTransactionDoesNotCostTheConnection(Way way, @TempDir Path directory) {
    try (Bitcoind node = Bitcoind.start(directory, "-blocksonly")) {
      KnownChain chain = new KnownChain(node);
      try (ProxyUnderTest.Running proxy =
              ProxyUnderTest.between(new LibraryProxy(), node.address(), way);
          RawClient sender = RawClient.to(proxy.address()).connect();
          RawClient other = RawClient.to(proxy.address()).connect()) {
        Set<String> connection = node.inboundPeers();
        byte[] transaction = chain.faucet().any();
        sender.send("tx", transaction);
        sender.send("inv", Wire.items(List.of(new Item(Item.TX, Wire.ZERO_HASH))));
        sender.fence();
        for (int height = 1; height < 10; height++) {
          other.getData(new Item(Item.BLOCK, chain.at(height)));
          assertThat(Wire.blockHash(other.expect("block").payload())).isEqualTo(chain.at(height));
        }
        assertThat(node.inboundPeers()).isEqualTo(connection).hasSize(1);
        assertThat(node.mempool()).isEmpty();
      }
      Await.until(() -> "nobody is connected", () -> node.inboundPeers().isEmpty());
    }
  }
}
