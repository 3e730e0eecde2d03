package org.bitcoinmultiplexer.strategy;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.StageContext;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;
import org.bitcoinmultiplexer.config.OptionDescription;
import org.bitcoinmultiplexer.config.OptionType;
import org.bitcoinmultiplexer.config.OptionType.Amount;
import org.bitcoinmultiplexer.config.OptionType.Choice;

/**
 * The strategies there are, by the name that chooses them: the built-in ones, and those of the
 * {@link StrategyProvider}s that were found.
 *
 * <p>The size to which {@code key.size} shortens keys decides nothing but cost: whatever a short
 * key finds is checked in full. With {@code sequence.join} off each exchange has an identity of its
 * own; see the package.
 *
 * <p>Immutable; safe on any thread as far as the providers are.
 */
public final class Strategies {

  /** The name of the one strategy that keeps answers; see {@link #isCache}. */
  public static final String CACHE = "cache";

  /** Room for any one block, in all its forms. */
  public static final long LEAST_CACHE_BYTES = 20_000_000;

  /** Less makes no sense on a disk. */
  public static final long LEAST_CACHE_DISK_BYTES = 100_000_000;

  /** How much strategy {@value #CACHE} keeps in memory. */
  public static final OptionDescription CACHE_BYTES =
      new OptionDescription(
          "cache.bytes",
          "heap/4",
          Amount.bytes(LEAST_CACHE_BYTES, Amount.MOST_BYTES),
          "of strategy cache: how much is in memory; at most 256MB by default");

  /** How much strategy {@value #CACHE} keeps on a disk. */
  public static final OptionDescription CACHE_DISK_BYTES =
      new OptionDescription(
          "cache.disk-bytes",
          "10GB",
          Amount.bytes(LEAST_CACHE_DISK_BYTES, Amount.MOST_BYTES),
          "of strategy cache: how much is in data-dir");

  private static final OptionDescription KEY_SIZE =
      new OptionDescription(
          "key.size",
          "full",
          new Choice(List.of("full", "128", "64", "32")),
          "of strategy key: bits to which keys are shortened");

  private static final OptionDescription SEQUENCE_JOIN =
      new OptionDescription(
          "sequence.join",
          "true",
          OptionType.YES_OR_NO,
          "of strategy sequence: whether equal requests are asked once");

  private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  private final Map<String, StrategyProvider> byName = new TreeMap<>();

  private Strategies(RandomGenerator secrets) {
    for (StrategyProvider builtIn :
        new StrategyProvider[] {
          new Passthrough(), new Serial(), new Keyed(secrets), new Sequenced(), new Caching()
        }) {
      byName.put(builtIn.name(), builtIn);
    }
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
    Strategies strategies = new Strategies(new SecureRandom());
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
    StrategyProvider other = byName.get(name);
    if (other instanceof BuiltIn) {
      throw new IllegalArgumentException(
          who + " provides strategy '" + name + "', which is the name of a built-in one");
    }
    if (other != null) {
      throw new IllegalArgumentException(
          "strategy '" + name + "' is provided by " + other.getClass().getName() + " and " + who);
    }
    byName.put(name, provider);
  }

  /**
   * Whether a name chooses the strategy that keeps answers. What is to be asked upstream is joined
   * and correlated as by {@code sequence}; keeping is a stage in front of that, which is not made
   * here.
   *
   * @param name of a strategy
   * @return whether it is {@value #CACHE}
   */
  public static boolean isCache(String name) {
    return name.equals(CACHE);
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
   * The names that can be chosen.
   *
   * @return names in alphabetical order
   */
  public Set<String> names() {
    return Collections.unmodifiableSet(byName.keySet());
  }

  /**
   * The options of the built-in strategies.
   *
   * @return with the strategy's name and a dot in front
   */
  public static List<OptionDescription> options() {
    return List.of(KEY_SIZE, SEQUENCE_JOIN, CACHE_BYTES, CACHE_DISK_BYTES);
  }

  /**
   * Whether an option is one of a strategy there is, which may yet not know it.
   *
   * @param option {@code STRATEGY.OPTION}
   * @return false if there is no such strategy
   */
  public boolean hasOption(String option) {
    int dot = option.indexOf('.');
    return dot > 0 && dot < option.length() - 1 && names().contains(option.substring(0, dot));
  }

  /**
   * Refuses an option of a built-in strategy that it does not have or that cannot be so. A
   * provider's options are judged by the provider, when its strategy is made.
   *
   * @param option {@code STRATEGY.OPTION}
   * @param value as text
   * @throws IllegalArgumentException naming what is wrong, and what would be right
   */
  public void check(String option, String value) {
    int dot = option.indexOf('.');
    String strategy = option.substring(0, dot);
    if (byName.get(strategy) instanceof BuiltIn) {
      check(strategy, option.substring(dot + 1), value);
    }
  }

  private static void check(String strategy, String option, String value) {
    String prefix = strategy + ".";
    List<OptionDescription> known =
        options().stream().filter(each -> each.name().startsWith(prefix)).toList();
    for (OptionDescription each : known) {
      if (each.name().equals(prefix + option)) {
        each.check(value);
        return;
      }
    }
    throw new IllegalArgumentException(
        "strategy '"
            + strategy
            + "' has no option '"
            + option
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
    Strategy strategy = provider.create(Map.copyOf(options));
    return Objects.requireNonNull(
        strategy, () -> provider.getClass().getName() + " made no strategy");
  }

  /** Tells the providers of this package from an embedder's. */
  private sealed interface BuiltIn extends StrategyProvider {

    /** Makes the strategy of options that are right. */
    Strategy make(Map<String, String> options);

    @Override
    default Strategy create(Map<String, String> options) {
      options.forEach((option, value) -> check(name(), option, value));
      return make(options);
    }
  }

  private record Passthrough() implements BuiltIn {
    @Override
    public String name() {
      return "passthrough";
    }

    @Override
    public Strategy make(Map<String, String> options) {
      return new ConnectionPerClient();
    }
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

  private record Serial() implements BuiltIn {
    @Override
    public String name() {
      return "serial";
    }

    @Override
    public Strategy make(Map<String, String> options) {
      return new BuiltInStrategy(false, (dialect, window) -> new SerialRouter(dialect));
    }
  }

  private record Keyed(RandomGenerator secrets) implements BuiltIn {
    @Override
    public String name() {
      return "key";
    }

    @Override
    public Strategy make(Map<String, String> options) {
      UnaryOperator<Key> shorten = shortening(options.getOrDefault("size", "full"));
      return new BuiltInStrategy(
          true, (dialect, window) -> new KeyRouter(dialect, window, shorten));
    }

    private UnaryOperator<Key> shortening(String size) {
      return switch (size) {
        case "full" -> UnaryOperator.identity();
        default -> new ShortKeys(Integer.parseInt(size), secrets);
      };
    }
  }

  private record Sequenced() implements BuiltIn {
    @Override
    public String name() {
      return "sequence";
    }

    @Override
    public Strategy make(Map<String, String> options) {
      boolean joins = Boolean.parseBoolean(options.getOrDefault("join", "true"));
      return new BuiltInStrategy(joins, (dialect, window) -> router(dialect, window, joins));
    }

    /** The form of ids is chosen for each link, when its handshake has ended. */
    private static ResponseRouter router(Dialect dialect, Strategy.Window window, boolean joins) {
      return dialect
          .numbering()
          .<ResponseRouter>map(numbering -> new NumberRouter(dialect, numbering, window))
          .orElseGet(() -> new FenceRouter(dialect, window, !joins));
    }
  }

  /** What is kept is not known here: these options are for whoever makes the cache to read. */
  private record Caching() implements BuiltIn {
    @Override
    public String name() {
      return CACHE;
    }

    @Override
    public Strategy make(Map<String, String> options) {
      return new CachingStrategy();
    }
  }

  private record CachingStrategy() implements Strategy {
    @Override
    public Stage stages(StageContext context, Stage dispatcher) {
      return context.coalescing(context.caching(dispatcher));
    }

    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return Sequenced.router(dialect, window, true);
    }
  }

  private record BuiltInStrategy(
      boolean joins, BiFunction<Dialect, Strategy.Window, ResponseRouter> routers)
      implements Strategy {
    @Override
    public Stage stages(StageContext context, Stage dispatcher) {
      return joins ? context.coalescing(dispatcher) : dispatcher;
    }

    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return routers.apply(dialect, window);
    }
  }
}
