package org.bitcoinmultiplexer.strategy;

import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.StageContext;
import org.bitcoinmultiplexer.api.Strategy;

/** Asks once for what several want. */
record CoalescingStrategy(Routers routers) implements Strategy {

  /** Makes a router for each connection. */
  @FunctionalInterface
  interface Routers {

    ResponseRouter newRouter(Dialect dialect, Window window);
  }

  @Override
  public Stage stages(StageContext context, Stage dispatcher) {
    return context.coalescing(dispatcher);
  }

  @Override
  public ResponseRouter newRouter(Dialect dialect, Window window) {
    return routers.newRouter(dialect, window);
  }
}
