package org.bitcoinmultiplexer.examples.proxy.interop;

import java.nio.file.Path;
import org.bitcoinmultiplexer.examples.proxy.peers.BcoinNode;
import org.bitcoinmultiplexer.examples.proxy.peers.NeedsNode;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients at a multiplexer whose node is another multiplexer. */
@NeedsNode
@ParameterizedClass
@EnumSource(names = "SEQUENCE")
class ChainedBcoinInteropTest extends InteropSuite {

  @Override
  UpstreamNode startNode(Path directory) {
    return BcoinNode.onDisk(false, directory);
  }

  @Override
  ProxyUnderTest proxyUnderTest() {
    return new ChainedProxy(false);
  }
}
