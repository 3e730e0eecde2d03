package org.bitcoinmultiplexer.strategy;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.OptionType.Choice;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;

/**
 * {@code key}: an answer belongs to the request that waits for its key.
 *
 * <p>The size to which keys are shortened decides nothing but cost: whatever a short key finds is
 * checked in full.
 */
record KeyProvider(RandomGenerator secrets) implements StrategyProvider {

  private static final OptionDescription SIZE =
      new OptionDescription(
          "size",
          "full",
          new Choice(List.of("full", "128", "64", "32")),
          "bits to which keys are shortened");

  @Override
  public String name() {
    return "key";
  }

  @Override
  public String meaning() {
    return "requests side by side, equal ones asked once";
  }

  @Override
  public List<OptionDescription> options() {
    return List.of(SIZE);
  }

  @Override
  public Strategy create(Map<String, String> options) {
    UnaryOperator<Key> shorten = shortening(options.getOrDefault(SIZE.name(), SIZE.defaultValue()));
    return new CoalescingStrategy((dialect, window) -> new KeyRouter(dialect, window, shorten));
  }

  private UnaryOperator<Key> shortening(String size) {
    return switch (size) {
      case "full" -> UnaryOperator.identity();
      default -> new ShortKeys(Integer.parseInt(size), secrets);
    };
  }
}
