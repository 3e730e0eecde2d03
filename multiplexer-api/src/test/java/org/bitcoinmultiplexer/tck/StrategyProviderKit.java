package org.bitcoinmultiplexer.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitcoinmultiplexer.api.EventLoop;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.OptionType;
import org.bitcoinmultiplexer.api.ResponseRouter;
import org.bitcoinmultiplexer.api.Stage;
import org.bitcoinmultiplexer.api.StageContext;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;
import org.junit.jupiter.api.Test;

/**
 * What every {@link StrategyProvider} must do, to be implemented by the test of one. For its
 * routers there is the {@link ResponseRouterKit}, for stages of its own the {@link StageKit}.
 */
public interface StrategyProviderKit {

  /**
   * Makes the provider to test.
   *
   * @return a new one
   */
  StrategyProvider newProvider();

  /**
   * The options whose default is found out by the provider, so that its description is in words.
   *
   * @return names; none unless a test says otherwise
   */
  default Set<String> computedDefaults() {
    return Set.of();
  }

  /** Stages that stand for the library's own. */
  final class Context implements StageContext {

    private final SimulatedLoop loop = new SimulatedLoop();

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public Stage coalescing(Stage next) {
      return next;
    }

    @Override
    public Stage caching(Stage next) {
      return next;
    }
  }

  @Test
  default void itsNameIsAWordThatStaysTheSame() {
    StrategyProvider provider = newProvider();
    assertThat(provider.name()).matches("[a-z0-9]+(-[a-z0-9]+)*").isEqualTo(provider.name());
    assertThat(provider.meaning()).isNotNull();
  }

  @Test
  default void itsOptionsAreDescribedInFull() {
    List<OptionDescription> options = newProvider().options();
    assertThat(options).extracting(OptionDescription::name).doesNotHaveDuplicates();
    for (OptionDescription option : options) {
      assertThat(option.name()).matches("[a-z0-9]+([.-][a-z0-9]+)*");
      assertThat(option.meaning()).isNotBlank();
      assertThat(option.type().inWords()).isNotBlank();
      if (!option.defaultValue().isEmpty() && !computedDefaults().contains(option.name())) {
        option.check(option.defaultValue());
      }
    }
  }

  @Test
  default void itMakesAStrategyWithoutOptionsAndWithAnyThatIsDescribed() {
    StrategyProvider provider = newProvider();
    assertThat(provider.create(Map.of())).isNotNull();
    for (OptionDescription option : provider.options()) {
      if (!option.defaultValue().isEmpty() && !computedDefaults().contains(option.name())) {
        assertThat(provider.create(Map.of(option.name(), option.defaultValue()))).isNotNull();
      }
      if (option.type() instanceof OptionType.Choice choice) {
        for (String word : choice.words()) {
          assertThat(provider.create(Map.of(option.name(), word))).isNotNull();
        }
      }
      if (option.type() instanceof OptionType.Amount amount) {
        String least = Long.toString(amount.least());
        assertThat(provider.create(Map.of(option.name(), least))).isNotNull();
      }
    }
  }

  @Test
  default void whatIsNotDescribedIsRefusedHereIfNothingIs() {
    StrategyProvider provider = newProvider();
    if (provider.options().isEmpty() && judgesItself()) {
      assertThatThrownBy(() -> provider.create(Map.of("no-such-option", "1")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no-such-option");
    }
  }

  /**
   * Whether nobody but the provider refuses what it does not know: so it is with an embedder's that
   * describes no options.
   *
   * @return true, unless a test says otherwise
   */
  default boolean judgesItself() {
    return true;
  }

  @Test
  default void eachConnectionHasARouterOfItsOwnWithNothingInFlight() {
    Strategy strategy = newProvider().create(Map.of());
    Strategy.Window window = new Strategy.Window(4, 1_000);
    ResponseRouter router = strategy.newRouter(new ToyDialect(), window);
    assertThat(router.inFlight()).isZero();
    assertThat(router.drain()).isEmpty();
    if (strategy.sharesConnection()) {
      assertThat(strategy.newRouter(new ToyDialect(), window)).isNotSameAs(router);
    }
  }

  @Test
  default void itsStagesStandInFrontOfTheDispatcher() {
    Strategy strategy = newProvider().create(Map.of());
    assertThat(strategy.stages(new Context(), new ToyStage())).isNotNull();
    assertThat(strategy.cache()).isNotNull();
  }
}
