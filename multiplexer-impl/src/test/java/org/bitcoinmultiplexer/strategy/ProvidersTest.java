package org.bitcoinmultiplexer.strategy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bitcoinmultiplexer.api.OptionDescription;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.api.StrategyProvider;
import org.bitcoinmultiplexer.tck.StrategyProviderKit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The built-in strategies are made and described as an embedder's is. */
class ProvidersTest {

  @Nested
  class Passthrough implements StrategyProviderKit {
    @Override
    public StrategyProvider newProvider() {
      return new PassthroughProvider();
    }

    @Override
    public boolean judgesItself() {
      return false;
    }
  }

  @Nested
  class Serial implements StrategyProviderKit {
    @Override
    public StrategyProvider newProvider() {
      return new SerialProvider();
    }

    @Override
    public boolean judgesItself() {
      return false;
    }
  }

  @Nested
  class Key implements StrategyProviderKit {
    @Override
    public StrategyProvider newProvider() {
      return new KeyProvider(new Random(1));
    }
  }

  @Nested
  class Sequence implements StrategyProviderKit {
    @Override
    public StrategyProvider newProvider() {
      return new SequenceProvider();
    }
  }

  @Nested
  class Cache implements StrategyProviderKit {
    @Override
    public StrategyProvider newProvider() {
      return new CacheProvider();
    }

    @Override
    public Set<String> computedDefaults() {
      return Set.of("bytes");
    }
  }

  @Nested
  class Embedders implements StrategyProviderKit {
    @Override
    public StrategyProvider newProvider() {
      return new OneByOneProvider();
    }
  }

  /** As providers were written before options could be described. */
  private record JudgingItself() implements StrategyProvider {
    @Override
    public String name() {
      return "mine";
    }

    @Override
    public Strategy create(Map<String, String> options) {
      if (!options.keySet().equals(Set.of()) && !options.equals(Map.of("size", "7"))) {
        throw new IllegalArgumentException("mine knows nothing of " + options.keySet());
      }
      return (dialect, window) -> new SerialRouter(dialect);
    }
  }

  @Nested
  class EmbeddersThatJudgesItself implements StrategyProviderKit {
    @Override
    public StrategyProvider newProvider() {
      return new JudgingItself();
    }
  }

  @Test
  void whatAProviderDoesNotDescribeIsItsToJudge() {
    Strategies strategies = Strategies.of(List.of(new JudgingItself()));
    strategies.check("mine.size", "anything");
    assertThat(strategies.create("mine", Map.of("size", "7")).cache()).isEmpty();
    assertThatThrownBy(() -> strategies.create("mine", Map.of("colour", "red")))
        .hasMessage("mine knows nothing of [colour]");
  }

  @Test
  void whatAnEmbeddersProviderDescribesIsRefusedAsABuiltInOnesIs() {
    Strategies strategies = Strategies.of(List.of(new OneByOneProvider()));
    assertThatThrownBy(() -> strategies.check("one-by-one.colour", "red"))
        .hasMessage("strategy 'one-by-one' has no option 'colour'; it has: greeting");
    assertThatThrownBy(() -> strategies.check("one-by-one.greeting", ""))
        .hasMessage("one-by-one.greeting: is empty; it is a word");
    assertThat(strategies.options())
        .extracting(OptionDescription::name)
        .containsExactly(
            "key.size", "sequence.join", "cache.bytes", "cache.disk-bytes", "one-by-one.greeting");
  }

  @Test
  void aCompositionIsSaidInTheOrderInWhichAnswersComeBack() {
    assertThat(stages("passthrough")).isEmpty();
    assertThat(stages("serial")).isEmpty();
    assertThat(stages("key")).containsExactly("coalescing");
    assertThat(stages("sequence")).containsExactly("coalescing");
    assertThat(stages("cache")).containsExactly("caching", "coalescing");
    assertThat(Strategies.of(List.of()).providers())
        .filteredOn(provider -> provider.create(Map.of()).cache().isPresent())
        .extracting(StrategyProvider::name)
        .containsExactly("cache");
  }

  private static List<String> stages(String name) {
    RecordingStages stages = new RecordingStages();
    Strategies.of(List.of()).create(name, Map.of()).stages(stages, RecordingStages.DISPATCHER);
    return stages.made();
  }
}
