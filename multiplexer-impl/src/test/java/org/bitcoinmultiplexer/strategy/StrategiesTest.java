package org.bitcoinmultiplexer.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.api.Dialect;
import org.bitcoinmultiplexer.api.Exchange;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.Strategy.Window;
import org.bitcoinmultiplexer.api.StrategyProvider;
import org.bitcoinmultiplexer.tck.ResponseRouterKit;
import org.bitcoinmultiplexer.tck.ToyDialect;
import org.bitcoinmultiplexer.tck.ToyNumbering;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrategiesTest {

  private static final String NAMES = "cache, key, passthrough, sequence, serial";

  private final Strategies strategies = Strategies.of(List.of());

  @Test
  void makesTheBuiltInStrategies() {
    Strategy serial = strategies.create("serial", Map.of());
    assertThat(joins(serial)).isFalse();
    assertThat(newRouter(serial)).isInstanceOf(SerialRouter.class);
    Strategy key = strategies.create("key", Map.of());
    assertThat(joins(key)).isTrue();
    assertThat(newRouter(key)).isInstanceOf(KeyRouter.class).isNotSameAs(newRouter(key));
    Strategy sequence = strategies.create("sequence", Map.of());
    assertThat(joins(sequence)).isTrue();
    assertThat(newRouter(sequence)).isInstanceOf(FenceRouter.class);
  }

  @Test
  void choosesTheFormOfASequenceForEachLink() {
    Dialect numbered = new ToyDialect(new ToyNumbering(5));
    for (String join : List.of("true", "false")) {
      Strategy sequence = strategies.create("sequence", Map.of("join", join));
      assertThat(newRouter(sequence)).isInstanceOf(FenceRouter.class);
      assertThat(sequence.newRouter(numbered, ResponseRouterKit.WIDE))
          .isInstanceOf(NumberRouter.class);
    }
    assertThat(strategies.create("key", Map.of()).newRouter(numbered, ResponseRouterKit.WIDE))
        .isInstanceOf(KeyRouter.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"full", "128", "64", "32"})
  void shortensKeys(String size) {
    Strategy strategy = strategies.create("key", Map.of("size", size));
    assertThat(newRouter(strategy)).isInstanceOf(KeyRouter.class);
  }

  @Test
  void refusesAKeySizeThereIsNot() {
    refuses("key", Map.of("size", "63"), "key.size is full, 128, 64 or 32, not '63'");
    refuses("key", Map.of("size", ""), "key.size is full, 128, 64 or 32, not ''");
  }

  @Test
  void joinsEqualRequestsOfASequenceUnlessItIsToldNotTo() {
    assertThat(joins(strategies.create("sequence", Map.of("join", "true")))).isTrue();
    assertThat(joins(strategies.create("sequence", Map.of("join", "false")))).isFalse();
    refuses("sequence", Map.of("join", "no"), "sequence.join is true or false, not 'no'");
    refuses("sequence", Map.of("join", ""), "sequence.join is true or false, not ''");
  }

  @Test
  void refusesAnOptionThereIsNot() {
    refuses(
        "sequence", Map.of("size", "64"), "strategy 'sequence' has no option 'size'; it has: join");
    refuses("key", Map.of("length", "64"), "strategy 'key' has no option 'length'; it has: size");
    refuses("serial", Map.of("size", "64"), "strategy 'serial' has no option 'size'; it has none");
    refuses(
        "cache",
        Map.of("size", "64"),
        "strategy 'cache' has no option 'size'; it has: bytes, disk-bytes");
  }

  @Test
  void refusesAStrategyThereIsNot() {
    refuses("keys", Map.of(), "strategy 'keys' does not exist; there are: " + NAMES);
    refuses("", Map.of(), "strategy '' does not exist; there are: " + NAMES);
  }

  @Test
  void onlyPassthroughSharesNoConnection() {
    assertThat(strategies.names())
        .filteredOn(name -> !strategies.sharesConnection(name))
        .containsExactly("passthrough");
    ResponseRouter router = newRouter(strategies.create("passthrough", Map.of()));
    assertThat(router.admit(mock(Exchange.class))).isFalse();
  }

  @Test
  void findsAnEmbeddersStrategy() {
    Strategies found = Strategies.load(getClass().getClassLoader());
    assertThat(found.names())
        .containsExactly("cache", "key", "one-by-one", "passthrough", "sequence", "serial");
    assertThat(joins(found.create("one-by-one", Map.of("greeting", "hello")))).isFalse();
    assertThatThrownBy(() -> found.create("one-by-one", Map.of("colour", "red")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("colour");
  }

  @Test
  void looksForProvidersInTheGivenLoaderOnly() {
    ClassLoader none = ClassLoader.getPlatformClassLoader();
    assertThat(Strategies.load(none).names())
        .containsExactly("cache", "key", "passthrough", "sequence", "serial");
  }

  @Test
  void saysWhichProviderCannotBeLoaded(@TempDir Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(StrategyProvider.class.getName()), "no.such.Provider\n");
    try (URLClassLoader loader = loaderOf(folder)) {
      assertThatThrownBy(() -> Strategies.load(loader))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no.such.Provider");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"passthrough", "serial", "key", "sequence", "cache"})
  void refusesAProviderOfABuiltInName(String name) {
    assertThatThrownBy(() -> Strategies.of(List.of(new Named(name))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            Named.class.getName()
                + " provides strategy '"
                + name
                + "', which is the name of a built-in one");
  }

  @Test
  void refusesTwoProvidersOfOneName() {
    assertThatThrownBy(() -> Strategies.of(List.of(new Named("mine"), new Named("mine"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("strategy 'mine' is provided by ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Mine", "my strategy", "-mine", "mine-", "my--mine", "my.mine"})
  void refusesAProviderOfWhatIsNoName(String name) {
    assertThatThrownBy(() -> Strategies.of(List.of(new Named(name))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + name + "'");
  }

  @Test
  void refusesAProviderThatMakesNothing() {
    Strategies mine = Strategies.of(List.of(new Named("mine")));
    assertThatThrownBy(() -> mine.create("mine", Map.of()))
        .hasMessage(Named.class.getName() + " made no strategy");
  }

  /** An embedder's own router passes the same kit. */
  @Nested
  class OneByOne implements ResponseRouterKit {
    @Override
    public ResponseRouter newRouter(Dialect dialect, Window window) {
      return Strategies.load(getClass().getClassLoader())
          .create("one-by-one", Map.of())
          .newRouter(dialect, window);
    }
  }

  private void refuses(String name, Map<String, String> options, String message) {
    assertThatThrownBy(() -> strategies.create(name, options))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static boolean joins(Strategy strategy) {
    RecordingStages stages = new RecordingStages();
    strategy.stages(stages, RecordingStages.DISPATCHER);
    return stages.made().contains("coalescing");
  }

  private static ResponseRouter newRouter(Strategy strategy) {
    return strategy.newRouter(new ToyDialect(), new Window(1, 1));
  }

  private static URLClassLoader loaderOf(Path folder) {
    try {
      return new URLClassLoader(
          new URL[] {folder.toUri().toURL()}, StrategiesTest.class.getClassLoader()) {
        @Override
        public java.util.Enumeration<URL> getResources(String name) throws IOException {
          return findResources(name);
        }
      };
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private record Named(String name) implements StrategyProvider {
    @Override
    public Strategy create(Map<String, String> options) {
      return null;
    }
  }
}
