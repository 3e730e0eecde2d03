package org.bitcoinmultiplexer.examples.proxy.interop;

import java.nio.file.Path;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of a chain that asks by number down to the node: nowhere a fence. */
@ParameterizedClass
@EnumSource(names = "SEQUENCE")
class NumberedNodeInteropTest extends InteropSuite {

  @Override
  UpstreamNode startNode(Path directory) {
    return EmbeddedNode.takingNumbers();
  }

  @Override
  ProxyUnderTest proxyUnderTest() {
    return new ChainedProxy(true);
  }
}
