package org.bitcoinmultiplexer.examples.proxy.peers;

import java.nio.file.Path;

class EmbeddedNodeTest extends UpstreamNodeContract {

  @Override
  UpstreamNode start(Path directory) {
    return new EmbeddedNode();
  }

  @Override
  boolean offersBloom() {
    return false;
  }
}
