package org.bitcoinmultiplexer.examples.proxy.interop;

import java.nio.file.Path;
import org.bitcoinmultiplexer.examples.proxy.peers.Bitcoind;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;
import org.bitcoinmultiplexer.testing.Slow;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsBitcoind
@Slow("some minutes")
@ParameterizedClass
@EnumSource
class BitcoindInteropTest extends InteropSuite {

  @Override
  UpstreamNode startNode(Path directory) {
    return Bitcoind.start(
        directory,
        "-blockfilterindex=1",
        "-peerblockfilters=1",
        // Half of them for peers that relay; with fewer it evicts some of a hundred direct ones.
        "-maxconnections=400");
  }
}
