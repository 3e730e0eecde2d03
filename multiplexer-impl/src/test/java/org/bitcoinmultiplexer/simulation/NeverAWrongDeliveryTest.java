package org.bitcoinmultiplexer.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.bitcoinmultiplexer.api.Strategy;
import org.bitcoinmultiplexer.bitcoin.session.BitcoinProtocol;
import org.bitcoinmultiplexer.cache.AnswerCache;
import org.bitcoinmultiplexer.cache.MemoryStore;
import org.bitcoinmultiplexer.stage.AnswerLookup;
import org.bitcoinmultiplexer.strategy.FewBitKeys;
import org.bitcoinmultiplexer.strategy.Strategies;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The promise of the whole, at random: no client ever gets what it did not ask for, and each gets
 * what is due to it, whatever the node and the others do.
 *
 * <p>System properties: {@code simulation.exchanges}, over all strategies (100,000); {@code
 * simulation.seed}, of the first run (by the clock); {@code simulation.strategy}, to have but one.
 * The profile {@code soak} asks for ten million.
 */
class NeverAWrongDeliveryTest {

  /** A run ends after so many, so that one that fails is short enough to be looked at. */
  private static final long EXCHANGES_OF_A_RUN = 20_000;

  /** In a build the runs are short, so that there are enough of them to be of all kinds. */
  private static final long EXCHANGES_OF_A_SHORT_RUN = 2_000;

  private static final int STRATEGIES = 10;

  /** So small that it often has to forget. */
  private static final long SMALL_CACHE = 100_000;

  private static final long IN_A_BUILD = 100_000;

  /** After so many exchanges a long test tells that it is alive. */
  private static final long PROGRESS = 250_000;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "serial",
        "key",
        "key-128",
        "key-64",
        "key-32",
        "key-2",
        "sequence",
        "sequence-alone",
        "sequence-numbered",
        "cache"
      })
  void everyAnswerReachesWhoeverAskedForItAndNobodyElse(String name) {
    String only = System.getProperty("simulation.strategy", name);
    Assumptions.assumeTrue(only.equals(name), "only " + only);
    long all = Long.getLong("simulation.exchanges", IN_A_BUILD);
    // A build always runs the same seeds, so that it fails for a change and not for a draw; longer
    // runs draw new ones.
    long drawn =
        (all > IN_A_BUILD ? System.nanoTime() ^ name.hashCode() : name.hashCode()) & 0xffff_ffffL;
    long first = Long.getLong("simulation.seed", drawn);
    long wanted = all / STRATEGIES;
    long began = System.nanoTime();
    long exchanges = 0;
    long items = 0;
    long clients = 0;
    long connections = 0;
    for (long seed = first; exchanges < wanted; seed++) {
      long most = all > IN_A_BUILD ? EXCHANGES_OF_A_RUN : EXCHANGES_OF_A_SHORT_RUN;
      long target = Math.min(most, wanted - exchanges);
      Simulation.Result result = run(name, seed, target);
      exchanges += result.exchanges();
      items += result.items();
      clients += result.clients();
      connections += result.connections();
      if (exchanges >= wanted
          || exchanges / PROGRESS > (exchanges - result.exchanges()) / PROGRESS) {
        System.out.printf(
            "%s, seeds %d to %d: %,d exchanges for %,d items of %,d clients over %,d connections"
                + " in %d s%n",
            name,
            first,
            seed,
            exchanges,
            items,
            clients,
            connections,
            Duration.ofNanos(System.nanoTime() - began).toSeconds());
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameRun() {
    for (String name :
        List.of("serial", "key", "key-2", "sequence", "sequence-numbered", "cache")) {
      Simulation.Result once = run(name, 7, 1_000);
      Simulation.Result again = run(name, 7, 1_000);
      assertThat(again).as(name).isEqualTo(once);
      assertThat(run(name, 8, 1_000).trace()).as(name).isNotEqualTo(once.trace());
    }
  }

  private static Simulation.Result run(String name, long seed, long target) {
    try {
      AnswerLookup answers =
          name.equals("cache")
              ? AnswerCache.of(new MemoryStore(SMALL_CACHE, BitcoinProtocol::footprint))
              : AnswerLookup.NONE;
      return new Simulation(
              strategy(name),
              answers,
              name.equals("cache"),
              name.equals("serial"),
              name.equals("sequence-numbered"),
              seed,
              target)
          .run();
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "fails again with -Dsimulation.strategy=%s -Dsimulation.seed=%d -Dsimulation.exchanges=%d: %s"
              .formatted(name, seed, target * STRATEGIES, e.getMessage()),
          e);
    }
  }

  private static Strategy strategy(String name) {
    Strategies builtIn = Strategies.of(List.of());
    return switch (name) {
      case "serial", "key", "sequence", "cache" -> builtIn.create(name, Map.of());
      case "sequence-numbered" -> builtIn.create("sequence", Map.of());
      case "sequence-alone" -> builtIn.create("sequence", Map.of("join", "false"));
      case "key-2" -> new FewBitKeys(2);
      default -> builtIn.create("key", Map.of("size", name.substring("key-".length())));
    };
  }
}
