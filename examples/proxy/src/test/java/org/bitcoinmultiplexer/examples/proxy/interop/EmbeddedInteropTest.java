package org.bitcoinmultiplexer.examples.proxy.interop;

import java.nio.file.Path;
import org.bitcoinmultiplexer.examples.proxy.peers.EmbeddedNode;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class EmbeddedInteropTest extends InteropSuite {

  @Override
  UpstreamNode startNode(Path directory) {
    return EmbeddedNode.servingFilters();
  }
}
