package org.bitcoinmultiplexer.examples.proxy.peers;

import java.nio.file.Path;

@NeedsNode
class BcoinNodeTest extends UpstreamNodeContract {

  @Override
  UpstreamNode start(Path directory) {
    return BcoinNode.onDisk(true, directory);
  }
}
