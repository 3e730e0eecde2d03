package org.bitcoinmultiplexer.strategy;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Key;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;

/**
 * The strategies there are, by the name that chooses them: the built-in ones, and those of the
 * {@link StrategyProvider}s that were found.
 *
 * <p>Built-in options: {@code key.size}, the size to which keys are shortened for the look-up of
 * exchanges in flight: {@code full} (default), {@code 128}, {@code 64} or {@code 32} bits. It
 * decides nothing but cost: whatever a short key finds is checked in full. {@code sequence.join},
 * whether equal requests are asked once ({@code true}, the default) or each exchange has an
 * identity of its own ({@code false}); see the package. {@code cache.bytes} and {@code
 * cache.disk-bytes}, how much is kept in memory and on a disk.
 *
 * <p>Immutable; safe on any thread as far as the providers are.
 */
public final class Strategies {

  /** The name of the one strategy that shares nothing; see {@link #isPassthrough}. */
  public static final String PASSTHROUGH = "passthrough";

  /** The name of the one strategy that keeps answers; see {@link #isCache}. */
  public static final String CACHE = "cache";

  private static final Pattern NAME = Pattern.compile("[a-z0-9]+(-[a-z0-9]+)*");

  private final Map<String, StrategyProvider> byName = new TreeMap<>();

  private Strategies(RandomGenerator secrets) {
    for (StrategyProvider builtIn :
        new StrategyProvider[] {new Serial(), new Keyed(secrets), new Sequenced(), new Caching()}) {
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
    if (isPassthrough(name) || other instanceof BuiltIn) {
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
   * Whether a name chooses the strategy that shares nothing: every client gets an upstream
   * connection of its own. There is nothing to correlate then, so it has no {@link Strategy}, and
   * {@link #create} refuses it.
   *
   * @param name of a strategy
   * @return whether it is {@value #PASSTHROUGH}
   */
  public static boolean isPassthrough(String name) {
    return name.equals(PASSTHROUGH);
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
   * The names that can be chosen, {@value #PASSTHROUGH} included.
   *
   * @return names in alphabetical order
   */
  public Set<String> names() {
    Set<String> names = new TreeSet<>(byName.keySet());
    names.add(PASSTHROUGH);
    return Collections.unmodifiableSet(names);
  }

  /**
   * Makes a strategy.
   *
   * @param name what chooses it
   * @param options its own options, by the part of their name after the first dot: {@code size} for
   *     {@code key.size}
   * @return the strategy
   * @throws IllegalArgumentException naming what is wrong, and what would be right: an unknown
   *     strategy, an option it does not have, a value the option cannot have; also for {@value
   *     #PASSTHROUGH}
   */
  public Strategy create(String name, Map<String, String> options) {
    StrategyProvider provider = byName.get(name);
    if (provider == null) {
      throw new IllegalArgumentException(
          isPassthrough(name)
              ? "strategy 'passthrough' shares no connection and has no router"
              : "strategy '" + name + "' does not exist; there are: " + String.join(", ", names()));
    }
    Strategy strategy = provider.create(Map.copyOf(options));
    return Objects.requireNonNull(
        strategy, () -> provider.getClass().getName() + " made no strategy");
  }

  /** Tells the providers of this package from an embedder's. */
  private sealed interface BuiltIn extends StrategyProvider {

    /** Refuses options other than those named. */
    default void allow(Set<String> known, Map<String, String> options) {
      for (String option : options.keySet()) {
        if (!known.contains(option)) {
          throw new IllegalArgumentException(
              "strategy '"
                  + name()
                  + "' has no option '"
                  + option
                  + "'"
                  + (known.isEmpty() ? "; it has none" : "; it has: " + String.join(", ", known)));
        }
      }
    }
  }

  private record Serial() implements BuiltIn {
    @Override
    public String name() {
      return "serial";
    }

    @Override
    public Strategy create(Map<String, String> options) {
      allow(Set.of(), options);
      return new BuiltInStrategy(false, (dialect, window) -> new SerialRouter(dialect));
    }
  }

  private record Keyed(RandomGenerator secrets) implements BuiltIn {
    @Override
    public String name() {
      return "key";
    }

    @Override
    public Strategy create(Map<String, String> options) {
      allow(Set.of("size"), options);
      UnaryOperator<Key> shorten = shortening(options.getOrDefault("size", "full"));
      return new BuiltInStrategy(
          true, (dialect, window) -> new KeyRouter(dialect, window, shorten));
    }

    private UnaryOperator<Key> shortening(String size) {
      return switch (size) {
        case "full" -> UnaryOperator.identity();
        case "128", "64", "32" -> new ShortKeys(Integer.parseInt(size), secrets);
        default ->
            throw new IllegalArgumentException(
                "key.size is full, 128, 64 or 32, not '" + size + "'");
      };
    }
  }

  private record Sequenced() implements BuiltIn {
    @Override
    public String name() {
      return "sequence";
    }

    @Override
    public Strategy create(Map<String, String> options) {
      allow(Set.of("join"), options);
      boolean joins =
          switch (options.getOrDefault("join", "true")) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw new IllegalArgumentException(
                    "sequence.join is true or false, not '" + options.get("join") + "'");
          };
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
    public Strategy create(Map<String, String> options) {
      allow(new TreeSet<>(Set.of("bytes", "disk-bytes")), options);
      return new BuiltInStrategy(
          true, (dialect, window) -> Sequenced.router(dialect, window, true));
    }
  }

  private record BuiltInStrategy(
      boolean joins, BiFunction<Dialect, Strategy.Window, ResponseRouter> routers)
      implements Strategy {
    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return routers.apply(dialect, window);
    }
  }
}
