package org.bitcoinmultiplexer.examples.proxy.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.bitcoinj.base.Coin;
import org.bitcoinj.base.ScriptType;
import org.bitcoinj.core.listeners.DownloadProgressTracker;
import org.bitcoinmultiplexer.BitcoinMultiplexer;
import org.bitcoinmultiplexer.bitcoinj.BitcoinjPeerGroups;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.BitcoinjWallet;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A wallet in front of a node that says it has the last blocks only, which bitcoinj avoids. */
@NeedsBitcoind
@Timeout(90)
class PrunedNodeTest {

  @TempDir Path directory;

  @Test
  void aWalletFollowsTheChainOfAPrunedNode() {
    try (Bitcoind node = Bitcoind.start(directory, "-prune=550");
        BitcoinMultiplexer multiplexer =
            BitcoinMultiplexer.builder()
                .set("network", "regtest")
                .upstream("127.0.0.1:" + node.address().getPort())
                .build();
        BitcoinjPeerGroups groups = BitcoinjPeerGroups.of(multiplexer)) {
      multiplexer.start();
      BitcoinjWallet wallet = BitcoinjWallet.over(groups::newPeerGroup, ScriptType.P2WPKH);
      node.mine(3, wallet.freshScript());
      wallet.peers().startBlockChainDownload(new DownloadProgressTracker());
      wallet.peers().startAsync();
      wallet.awaitHeight(3);
      node.mine(2, wallet.freshScript());
      wallet.awaitHeight(5);
      assertThat(wallet.estimated()).isEqualTo(Coin.FIFTY_COINS.multiply(5));
    }
  }
}
