package org.bitcoinmultiplexer.strategy;

import java.util.Map;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;

/** {@code passthrough}: whose an answer is shows the connection over which it comes. */
record PassthroughProvider() implements StrategyProvider {

  @Override
  public String name() {
    return "passthrough";
  }

  @Override
  public String meaning() {
    return "a connection per client";
  }

  @Override
  public Strategy create(Map<String, String> options) {
    return new ConnectionPerClient();
  }

  private record ConnectionPerClient() implements Strategy {
    @Override
    public boolean sharesConnection() {
      return false;
    }

    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return NoRouter.INSTANCE;
    }
  }
}
