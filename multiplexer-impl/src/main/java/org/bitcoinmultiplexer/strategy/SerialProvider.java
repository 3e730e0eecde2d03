package org.bitcoinmultiplexer.strategy;

import java.util.Map;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;

/** {@code serial}: an answer belongs to the only request there is. */
record SerialProvider() implements StrategyProvider {

  @Override
  public String name() {
    return "serial";
  }

  @Override
  public String meaning() {
    return "one request at a time";
  }

  @Override
  public Strategy create(Map<String, String> options) {
    return (dialect, window) -> new SerialRouter(dialect);
  }
}
