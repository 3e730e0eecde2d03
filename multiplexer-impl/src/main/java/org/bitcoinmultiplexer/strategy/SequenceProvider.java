package org.bitcoinmultiplexer.strategy;

import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.OptionType;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.bitcoinmultiplexer.api.StrategyProvider;

/**
 * {@code sequence}: an answer belongs to the request with the same id, which is a number or a
 * place.
 *
 * <p>With {@code sequence.join} off each exchange has an identity of its own; see the package.
 */
record SequenceProvider() implements StrategyProvider {

  private static final OptionDescription JOIN =
      new OptionDescription(
          "join", "true", OptionType.YES_OR_NO, "whether equal requests are asked once");

  @Override
  public String name() {
    return "sequence";
  }

  @Override
  public String meaning() {
    return "as key, those without a key side by side as well";
  }

  @Override
  public List<OptionDescription> options() {
    return List.of(JOIN);
  }

  @Override
  public Strategy create(Map<String, String> options) {
    return Boolean.parseBoolean(options.getOrDefault(JOIN.name(), JOIN.defaultValue()))
        ? new CoalescingStrategy((dialect, window) -> router(dialect, window, true))
        : (dialect, window) -> router(dialect, window, false);
  }

  /** The form of ids is chosen for each connection, when its handshake has ended. */
  static ResponseRouter router(Dialect dialect, Window window, boolean joins) {
    return dialect
        .numbering()
        .<ResponseRouter>map(numbering -> new NumberRouter(dialect, numbering, window))
        .orElseGet(() -> new FenceRouter(dialect, window, !joins));
  }
}
