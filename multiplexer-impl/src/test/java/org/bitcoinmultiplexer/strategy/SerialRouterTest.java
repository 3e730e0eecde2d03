package org.bitcoinmultiplexer.strategy;

import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.bitcoinmultiplexer.tck.ResponseRouterKit;

class SerialRouterTest implements ResponseRouterKit {

  @Override
  public ResponseRouter newRouter(Dialect dialect, Window window) {
    return new SerialRouter(dialect);
  }
}
