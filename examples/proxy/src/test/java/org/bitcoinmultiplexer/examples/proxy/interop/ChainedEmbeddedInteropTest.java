package org.bitcoinmultiplexer.examples.proxy.interop;

import java.nio.file.Path;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients at a multiplexer whose node is another multiplexer. */
@ParameterizedClass
@EnumSource(names = "SEQUENCE")
class ChainedEmbeddedInteropTest extends InteropSuite {

  @Override
  UpstreamNode startNode(Path directory) {
    return new EmbeddedNode();
  }

  @Override
  ProxyUnderTest proxyUnderTest() {
    return new ChainedProxy(false);
  }
}
