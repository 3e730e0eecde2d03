package org.bitcoinmultiplexer.strategy;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;

/**
 * The strategies there are, by the word that chooses them: the built-in ones, and those of the
 * {@link StrategyProvider}s that were found. All are made, described and refused in one way.
 *
 * <p>Immutable; safe on any thread as far as the providers are.
 */
public final class Strategies {

  private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  private final Map<String, StrategyProvider> byName = new LinkedHashMap<>();
  private final Set<String> builtIn;

  private Strategies(List<StrategyProvider> builtIn) {
    builtIn.forEach(provider -> byName.put(provider.name(), provider));
    this.builtIn = Set.copyOf(byName.keySet());
  }

  /**
   * The built-in strategies and those of every {@link StrategyProvider} that the {@link
   * ServiceLoader} finds.
   *
   * @param loader where to look for providers
   * @return the strategies
   * @throws IllegalArgumentException if two providers have one name, or one has a built-in name, or
   *     one that is no name; or if a provider cannot be loaded
   */
  public static Strategies load(ClassLoader loader) {
    try {
      return of(ServiceLoader.load(StrategyProvider.class, loader));
    } catch (ServiceConfigurationError e) {
      throw new IllegalArgumentException(
          "a strategy provider cannot be used: " + e.getMessage(), e);
    }
  }

  /**
   * The built-in strategies and those of some providers.
   *
   * @param providers of further strategies
   * @return the strategies
   * @throws IllegalArgumentException as {@link #load}
   */
  public static Strategies of(Iterable<? extends StrategyProvider> providers) {
    Strategies strategies =
        new Strategies(
            List.of(
                new PassthroughProvider(),
                new SerialProvider(),
                new KeyProvider(new SecureRandom()),
                new SequenceProvider(),
                new CacheProvider()));
    providers.forEach(strategies::add);
    return strategies;
  }

  private void add(StrategyProvider provider) {
    String name = Objects.requireNonNull(provider.name(), "name of a strategy provider");
    String who = provider.getClass().getName();
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          who
              + " calls its strategy '"
              + name
              + "'; a name is lower case letters and digits, parts joined by hyphens");
    }
    if (builtIn.contains(name)) {
      throw new IllegalArgumentException(
          who + " provides strategy '" + name + "', which is the name of a built-in one");
    }
    StrategyProvider other = byName.put(name, provider);
    if (other != null) {
      throw new IllegalArgumentException(
          "strategy '" + name + "' is provided by " + other.getClass().getName() + " and " + who);
    }
  }

  /**
   * The names that can be chosen.
   *
   * @return names in alphabetical order
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(new TreeSet<>(byName.keySet()));
  }

  /**
   * Those who make and describe the strategies.
   *
   * @return the built-in ones first, from the simplest on
   */
  public Collection<StrategyProvider> providers() {
    return Collections.unmodifiableCollection(byName.values());
  }

  /**
   * The options of all strategies.
   *
   * @return with the strategy's name and a dot in front
   */
  public List<OptionDescription> options() {
    List<OptionDescription> options = new ArrayList<>();
    byName.values().forEach(provider -> options.addAll(options(provider)));
    return options;
  }

  private static List<OptionDescription> options(StrategyProvider provider) {
    return provider.options().stream().map(option -> option.of(provider.name())).toList();
  }

  /**
   * Whether clients share a connection under a strategy.
   *
   * @param name of a strategy
   * @return false if each has one of its own; true also for what does not exist, or cannot be made
   *     without options
   */
  public boolean sharesConnection(String name) {
    try {
      return create(name, Map.of()).sharesConnection();
    } catch (IllegalArgumentException e) {
      return true;
    }
  }

  /**
   * Whether an option is one of a strategy there is, which may yet not know it.
   *
   * @param option {@code STRATEGY.OPTION}
   * @return false if there is no such strategy
   */
  public boolean hasOption(String option) {
    int dot = option.indexOf('.');
    return dot > 0 && dot < option.length() - 1 && byName.containsKey(option.substring(0, dot));
  }

  /**
   * Refuses an option that a strategy does not have or that cannot be so. What a provider does not
   * describe it judges itself, when its strategy is made.
   *
   * @param option {@code STRATEGY.OPTION}
   * @param value as text
   * @throws IllegalArgumentException naming what is wrong, and what would be right
   */
  public void check(String option, String value) {
    StrategyProvider provider = byName.get(option.substring(0, option.indexOf('.')));
    if (provider != null) {
      check(provider, option, value);
    }
  }

  private void check(StrategyProvider provider, String option, String value) {
    List<OptionDescription> known = options(provider);
    if (known.isEmpty() && !builtIn.contains(provider.name())) {
      return;
    }
    for (OptionDescription each : known) {
      if (each.name().equals(option)) {
        each.check(value);
        return;
      }
    }
    String prefix = provider.name() + ".";
    throw new IllegalArgumentException(
        "strategy '"
            + provider.name()
            + "' has no option '"
            + option.substring(prefix.length())
            + "'; "
            + (known.isEmpty()
                ? "it has none"
                : known.stream()
                    .map(each -> each.name().substring(prefix.length()))
                    .collect(Collectors.joining(", ", "it has: ", ""))));
  }

  /**
   * Makes a strategy.
   *
   * @param name what chooses it
   * @param options its own options, by the part of their name after the first dot: {@code size} for
   *     {@code key.size}
   * @return the strategy
   * @throws IllegalArgumentException naming what is wrong, and what would be right: an unknown
   *     strategy, an option it does not have, a value the option cannot have
   */
  public Strategy create(String name, Map<String, String> options) {
    StrategyProvider provider = byName.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          "strategy '" + name + "' does not exist; there are: " + String.join(", ", names()));
    }
    options.forEach((option, value) -> check(provider, name + "." + option, value));
    Strategy strategy = provider.create(Map.copyOf(options));
    return Objects.requireNonNull(
        strategy, () -> provider.getClass().getName() + " made no strategy");
  }
}
