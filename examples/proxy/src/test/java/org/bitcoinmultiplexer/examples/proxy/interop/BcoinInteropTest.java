package org.bitcoinmultiplexer.examples.proxy.interop;

import java.nio.file.Path;
import org.bitcoinmultiplexer.examples.proxy.peers.BcoinNode;
import org.bitcoinmultiplexer.examples.proxy.peers.NeedsNode;
import org.bitcoinmultiplexer.examples.proxy.peers.UpstreamNode;
import org.bitcoinmultiplexer.testing.Slow;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@NeedsNode
@Slow("about four minutes")
@ParameterizedClass
@EnumSource
class BcoinInteropTest extends InteropSuite {

  @Override
  UpstreamNode startNode(Path directory) {
    return BcoinNode.onDisk(false, directory);
  }
}
