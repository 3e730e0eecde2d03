package org.bitcoinmultiplexer.strategy;

import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.OptionType;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;

/**
 * What an embedder may write: a strategy of one's own, here on top of a built-in one. Found through
 * the service file in the test resources.
 */
public final class OneByOneProvider implements StrategyProvider {

  @Override
  public String name() {
    return "one-by-one";
  }

  @Override
  public String meaning() {
    return "one request after the other, with a greeting";
  }

  @Override
  public List<OptionDescription> options() {
    return List.of(
        new OptionDescription(
            "greeting", "hello", new OptionType.Text("a word"), "how it would greet"));
  }

  @Override
  public Strategy create(Map<String, String> options) {
    return new OneByOne(Strategies.of(List.of()).create("key", Map.of()));
  }

  private record OneByOne(Strategy many) implements Strategy {
    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return many.newRouter(dialect, new Window(1, window.bytes()));
    }
  }
}
