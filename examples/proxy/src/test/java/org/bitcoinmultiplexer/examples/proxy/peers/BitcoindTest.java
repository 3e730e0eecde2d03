package org.bitcoinmultiplexer.examples.proxy.peers;

import java.nio.file.Path;
import org.bitcoinmultiplexer.testing.NeedsBitcoind;

@NeedsBitcoind
class BitcoindTest extends UpstreamNodeContract {

  @Override
  UpstreamNode start(Path directory) {
    return Bitcoind.start(directory, "-peerbloomfilters=1");
  }
}
